"""Arithmetic that rounds as JAX's compiler rounds it."""

from __future__ import annotations

from typing import Any

from numba.extending import intrinsic


@intrinsic
def _fma(typing_context, a, b, c):
    """`a * b + c`, rounded once, for three numbers of one floating type.

    XLA fuses products into sums wherever it can, so a twin that is to agree to the last bit must
    do so in the same places; LLVM alone does not where a product is used twice.
    """
    del typing_context

    def generate(context, builder, signature, arguments):
        del context, signature
        return builder.fma(*arguments)

    return a(a, b, c), generate


fma: Any = _fma  # numba hands over the typing context, which callers do not

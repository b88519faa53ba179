"""Sixteen floats at a time: vectors for compiled kernels.

Numba leaves vectors to LLVM's judgement, which has to prove first that arrays do not overlap. Here
a vector is a value, and each operation is one instruction of a processor that has vectors as wide,
or a few of one that has not. Every lane rounds as a scalar would.

What holds in which lanes is a number with a bit for each lane, so that the few lanes in which
something happens can be visited one after the other: `lowest`, `without_lowest`.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import ConcreteTemplate, signature
from numba.core.typing.templates import infer_global as _infer_global
from numba.extending import (
    intrinsic,
    lower_builtin,
    models,
    register_model,
)

infer_global: Any = _infer_global  # made at run time, unseen by type checkers

LANES = 16
_VECTOR = ir.VectorType(ir.FloatType(), LANES)
_BITS = ir.IntType(LANES)


class Lanes(types.Type):
    """The type of sixteen `float32`s."""

    def __init__(self) -> None:
        """There is one such type."""
        super().__init__(name="Lanes")


lanes = Lanes()


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _define_arithmetic(function: Any, instruction: str) -> None:
    """`function` of two vectors, lane by lane."""

    @infer_global(function)
    class _(ConcreteTemplate):
        cases = [signature(lanes, lanes, lanes)]

    @lower_builtin(function, Lanes, Lanes)
    def _(context, builder, sig, arguments):
        del context, sig
        return getattr(builder, instruction)(*arguments)


def _define_comparison(function: Any, sign: str) -> None:
    """`function` of two vectors: the bits of the lanes in which it holds; NaN holds nowhere."""

    @infer_global(function)
    class _(ConcreteTemplate):
        cases = [signature(types.uint32, lanes, lanes)]

    @lower_builtin(function, Lanes, Lanes)
    def _(context, builder, sig, arguments):
        del context, sig
        holds = builder.fcmp_ordered(sign, *arguments)
        return builder.zext(builder.bitcast(holds, _BITS), ir.IntType(32))


for _function, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _define_arithmetic(_function, _instruction)
for _function, _sign in (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.eq, "=="),
):
    _define_comparison(_function, _sign)


def _address(context: Any, builder: Any, kind: Any, array: Any, start: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [start]), _VECTOR.as_pointer())


@intrinsic
def _load(typing_context, array, start):
    del typing_context

    def generate(context, builder, sig, arguments):
        place = _address(context, builder, sig.args[0], *arguments)
        return builder.load(place, align=4)

    return lanes(array, types.intp), generate


@intrinsic
def _store(typing_context, array, start, vector):
    del typing_context

    def generate(context, builder, sig, arguments):
        place = _address(context, builder, sig.args[0], arguments[0], arguments[1])
        builder.store(arguments[2], place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), generate


@intrinsic
def _spread(typing_context, number):
    del typing_context, number

    def generate(context, builder, sig, arguments):
        del context, sig
        first = builder.insert_element(
            ir.Constant(_VECTOR, ir.Undefined), arguments[0], ir.Constant(ir.IntType(32), 0)
        )
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(first, ir.Constant(_VECTOR, ir.Undefined), everywhere)

    return lanes(types.float32), generate


@intrinsic
def _where(typing_context, bits, chosen, other):
    del typing_context, bits, chosen, other

    def generate(context, builder, sig, arguments):
        del context, sig
        mask = builder.bitcast(
            builder.trunc(arguments[0], _BITS), ir.VectorType(ir.IntType(1), LANES)
        )
        return builder.select(mask, arguments[1], arguments[2])

    return lanes(types.uint32, lanes, lanes), generate


@intrinsic
def _lesser(typing_context, a, b):
    del typing_context, a, b

    def generate(context, builder, sig, arguments):
        del context, sig
        return builder.select(builder.fcmp_ordered("<", *arguments), *arguments)

    return lanes(lanes, lanes), generate


@intrinsic
def _greater(typing_context, a, b):
    del typing_context, a, b

    def generate(context, builder, sig, arguments):
        del context, sig
        return builder.select(builder.fcmp_ordered(">", *arguments), *arguments)

    return lanes(lanes, lanes), generate


@intrinsic
def _fused(typing_context, a, b, c):
    del typing_context, a, b, c

    def generate(context, builder, sig, arguments):
        del context, sig
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{LANES}f32")
        return builder.call(function, arguments)

    return lanes(lanes, lanes, lanes), generate


@intrinsic
def _lowest(typing_context, bits):
    del typing_context, bits

    def generate(context, builder, sig, arguments):
        del context, sig
        count = builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))
        return builder.zext(count, ir.IntType(64))

    return types.intp(types.uint32), generate


@intrinsic
def _without_lowest(typing_context, bits):
    del typing_context, bits

    def generate(context, builder, sig, arguments):
        del context, sig
        less = builder.sub(arguments[0], ir.Constant(ir.IntType(32), 1))
        return builder.and_(arguments[0], less)

    return types.uint32(types.uint32), generate


# Numba hands over the typing context, which callers do not: hence `Any`.
load: Any = _load  # (array, start): the floats from the flat index `start` on
store: Any = _store  # (array, start, vector)
spread: Any = _spread  # (number): the same number in every lane
where: Any = _where  # (bits, chosen, other): `chosen` in the lanes of `bits`, `other` elsewhere
lesser: Any = _lesser  # (a, b): the lesser of the two in each lane
greater: Any = _greater  # (a, b): the greater
fused: Any = _fused  # (a, b, c): a * b + c, rounded once
lowest: Any = _lowest  # (bits): the first lane of `bits`, which are not 0
without_lowest: Any = _without_lowest  # (bits): the others

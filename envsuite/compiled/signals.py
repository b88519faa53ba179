"""Words that threads tell each other by memory, with Python's lock let go.

To be woken by the system takes some 30 microseconds, as long as half a hundred small games play a
step; to look at a word of memory again and again takes none.
"""

from __future__ import annotations

import platform
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from envsuite.compiled.cache import kernel

# Columns of `flags`, `i64[helpers, 24]`, in lines of memory of their own: the number of the last
# job that a helper was told of, the last that it finished, and the last that was taken up, be it by
# the helper or by who gave it and had done it all before the helper came.
START, DONE, TAKEN = 0, 8, 16
COLUMNS = 24

# What tells a processor that a thread only waits.
_PAUSES = {
    "x86_64": ("llvm.x86.sse2.pause", ()),
    "AMD64": ("llvm.x86.sse2.pause", ()),
    "aarch64": ("llvm.aarch64.hint", (1,)),
    "arm64": ("llvm.aarch64.hint", (1,)),
}


@intrinsic
def _pause(typing_context):
    """Wait for some nanoseconds."""
    del typing_context

    def generate(context, builder, signature, arguments):
        del signature, arguments
        if platform.machine() in _PAUSES:
            name, hints = _PAUSES[platform.machine()]
            word = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [word] * len(hints))
            instruction = cgutils.get_or_insert_function(builder.module, kind, name)
            builder.call(instruction, [word(hint) for hint in hints])
        return context.get_dummy_value()

    return types.none(), generate


@intrinsic
def _read(typing_context, flags, row, column):
    """The word as it is now, whoever wrote it."""
    del typing_context

    def generate(context, builder, signature, arguments):
        word = _pointer(context, builder, signature, arguments)
        return builder.load_atomic(word, "acquire", 8)

    return types.int64(flags, row, column), generate


@intrinsic
def _write(typing_context, flags, row, column, value):
    """Write a word after all that was written before it."""
    del typing_context

    def generate(context, builder, signature, arguments):
        word = _pointer(context, builder, signature, arguments)
        builder.store_atomic(arguments[3], word, "release", 8)
        return context.get_dummy_value()

    return types.none(flags, row, column, value), generate


@intrinsic
def _take(typing_context, flags, row, number):
    """Write `number` into `TAKEN` if the one before it is there; returns whether it was."""
    del typing_context

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        first = builder.mul(arguments[1], ir.Constant(ir.IntType(64), COLUMNS))
        word = builder.gep(array.data, [builder.add(first, ir.Constant(ir.IntType(64), TAKEN))])
        before = builder.sub(arguments[2], ir.Constant(ir.IntType(64), 1))
        found = builder.cmpxchg(word, before, arguments[2], "acq_rel", "acquire")
        return builder.extract_value(found, 1)

    return types.boolean(flags, row, number), generate


def _pointer(context, builder, signature, arguments):
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    place = builder.add(
        builder.mul(arguments[1], ir.Constant(ir.IntType(64), COLUMNS)), arguments[2]
    )
    return builder.gep(array.data, [place])


read: Any = _read  # numba hands over the typing context, which callers do not
write: Any = _write
take: Any = _take
pause: Any = _pause


@kernel()
def ring(flags, helpers, pauses):
    """Tell the first `helpers` to start, and stay out of their way for a moment."""
    for helper in range(helpers):
        write(flags, helper, START, read(flags, helper, START) + 1)
    for _ in range(pauses):
        pause()


@kernel()
def answer(flags, helper, number, pauses):
    """Tell that job `number` is done, -1 for none; wait for the next and take it up.

    Returns its number, or -1 if none came.
    """
    if number >= 0:
        write(flags, helper, DONE, number)
    for _ in range(pauses):
        told = read(flags, helper, START)
        if told != read(flags, helper, TAKEN) and take(flags, helper, told):
            return told
        pause()
    return -1


@kernel()
def all_done(flags, helpers, pauses):
    """Wait until the first `helpers` have done what they took up; returns whether they have.

    What a helper has not taken up by now it never will: there is nothing left of it, and who has no
    processor for the moment would keep all others waiting.
    """
    helper = 0
    for _ in range(pauses):
        while helper < helpers:
            told = read(flags, helper, START)
            if read(flags, helper, TAKEN) != told and take(flags, helper, told):
                write(flags, helper, DONE, told)
            if read(flags, helper, DONE) != told:
                break
            helper += 1
        if helper == helpers:
            return True
        pause()
    return False

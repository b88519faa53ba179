"""What all tests share."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from itertools import count

import pytest

OFTEN = 10  # tests; those that compile most take 3,000 memory maps each, of 65,000
_tests = count(1)


def forget_compiled_programs() -> None:
    """Let go of what JAX compiled.

    Hundreds of programs in one process take gigabytes, and at last more memory maps than a
    process may have, which ends it.
    """
    if "jax" in sys.modules:
        gc.collect()
        sys.modules["jax"].clear_caches()


@pytest.fixture(autouse=True, scope="module")
def _forget_after_a_module() -> Iterator[None]:
    yield
    forget_compiled_programs()


@pytest.fixture(autouse=True)
def _forget_now_and_then() -> Iterator[None]:
    yield
    if next(_tests) % OFTEN == 0:
        forget_compiled_programs()

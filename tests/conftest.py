"""What all tests share."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True, scope="module")
def forget_compiled_programs():
    """Let go of what JAX compiled for a module of tests.

    Hundreds of programs in one process take gigabytes, and at last more memory maps than a
    process may have, which ends it.
    """
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()

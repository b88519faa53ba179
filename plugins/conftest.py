"""What the tests of all plugins share."""

from collections.abc import Iterator

import jax
import pytest

from envsuite.engines.compilation_cache import enable_compilation_cache
from envsuite.testing.compiled_programs import forget_in_time


@pytest.fixture(autouse=True, scope="session")
def keep_compiled_programs() -> None:
    """What one process compiled, the other finds in JAX's cache."""
    enable_compilation_cache()


@pytest.fixture(autouse=True, scope="module")
def quick_compilation() -> Iterator[None]:
    """Compile quickly, not well: these tests compile much and compute little."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


@pytest.fixture(autouse=True, scope="module")
def forget_after_a_module() -> Iterator[None]:
    """One process may hold only so many compiled programs."""
    yield
    forget_in_time()

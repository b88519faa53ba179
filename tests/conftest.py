"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envsuite.engines.compilation_cache import enable_compilation_cache
from envsuite.registry import registry
from envsuite.testing.compiled_programs import forget_compiled_programs, forget_in_time

HERE = Path(__file__).parent
SLOW = "slow-to-compile"  # a tag of the registry


@pytest.fixture(autouse=True, scope="session")
def _keep_compiled_programs() -> None:
    """Many tests play the same game: what one of them compiled, the next finds in JAX's cache."""
    enable_compilation_cache()


@pytest.fixture(autouse=True, scope="module")
def _forget_after_a_module() -> Iterator[None]:
    yield
    forget_compiled_programs()


@pytest.fixture(autouse=True)
def _forget_in_time() -> Iterator[None]:
    yield
    forget_in_time()


def pytest_collection_modifyitems(config, items):
    """Of rules that compile slowly, play one id, and that one only where little is compiled.

    Its id is the last with those rules, as wherever one id stands for all. Tests marked `cheap` run
    on every id all the same; those marked `thorough` compile many programs and leave out slow rules
    altogether: `pytest --envsuite "envsuite/<family>-*"` runs the same checks on any id.
    """
    slow = {id: own.target for id, own in registry().environments.items() if SLOW in own.tags}
    one_of_each = {target: id for id, target in slow.items()}
    left_out = []
    for item in items:
        id = item.callspec.params.get("id") if hasattr(item, "callspec") else None
        if HERE not in item.path.parents or id not in slow or item.get_closest_marker("cheap"):
            continue
        if item.get_closest_marker("thorough") or id != one_of_each[slow[id]]:
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]

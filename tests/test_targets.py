"""Targets: what is imported, and what is said when it cannot be."""

import json
import pickle
import sys
from pathlib import Path

import pytest

from envsuite.core.errors import TargetError
from envsuite.targets import check_target, resolve


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder of modules on the path; `shelf("name", "code")` adds one."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def add(name: str, code: str) -> None:
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")

    yield add
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_target_is_what_python_imports():
    assert resolve("json:loads") is json.loads
    assert resolve("json:JSONDecoder.decode") is json.JSONDecoder.decode


@pytest.mark.parametrize("target", ["json", "json.loads", ":loads", "json:", "a b:c", "json:1"])
def test_what_is_no_target_is_refused(target: str):
    with pytest.raises(ValueError, match="write module:attribute"):
        check_target(target)


def test_a_dot_for_the_colon_is_recognised():
    with pytest.raises(ValueError, match=r"such as json\.decoder:JSONDecoder$"):
        check_target("json.decoder.JSONDecoder")


def test_a_missing_attribute_names_the_nearest():
    with pytest.raises(TargetError, match="json has no 'lodas'; did you mean 'loads'"):
        resolve("json:lodas")


def test_a_missing_module_is_told_from_a_missing_requirement(shelf):
    shelf("needy", "import a_requirement_nobody_has\nthing = 1\n")
    with pytest.raises(TargetError, match="'nowhere'; install the package that has it") as caught:
        resolve("nowhere.games:Chain", needed_by="acme/Chain")
    assert "which acme/Chain needs" in str(caught.value) and caught.value.extra is None
    with pytest.raises(TargetError, match="'a_requirement_nobody_has'; needy imports it"):
        resolve("needy:thing")


def test_a_missing_extra_is_named(shelf, monkeypatch: pytest.MonkeyPatch):
    shelf("lazy", "def __getattr__(name):\n    import stable_baselines3.common\n    return 1\n")
    monkeypatch.setitem(sys.modules, "stable_baselines3", None)  # as if it were not installed
    with pytest.raises(TargetError, match=r'pip install "envsuite\[sb3\]"') as caught:
        resolve("lazy:make")
    assert caught.value.extra == "sb3"
    copy = pickle.loads(pickle.dumps(caught.value))  # worker processes send errors home
    assert (str(copy), copy.extra) == (str(caught.value), "sb3")


def test_a_module_that_raises_is_named(shelf):
    shelf("explosive", "raise RuntimeError('boom')\n")
    with pytest.raises(TargetError, match="explosive:thing: RuntimeError: boom"):
        resolve("explosive:thing")

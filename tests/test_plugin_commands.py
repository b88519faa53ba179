"""`envsuite plugins list | doctor | new`, as a user runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from envsuite.commands.app import app
from envsuite.core.spec import EnvSpec, Spec
from envsuite.doctor import examine
from envsuite.hooks import hookimpl
from envsuite.plugin_loader import Plugin, PluginLoader
from envsuite.registry import Registry, registry

MODULE = sys.modules[Registry.__module__]


class Acme:
    """A plugin with two targets and an opponent that do not exist, and one target that does."""

    @hookimpl
    def envsuite_agents(self) -> list[Spec]:
        """One that is there, and one that is not."""
        return [Spec("sound", "json:loads"), Spec("missing", "acme_nowhere:Greedy")]

    @hookimpl
    def envsuite_environments(self) -> list[EnvSpec]:
        """Two variants of one target."""
        return [
            EnvSpec(f"acme/Chain-{name}", "json:lodas", opponents={"them": "sond"})
            for name in ("a", "b")
        ]


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The process-wide registry is one that holds only the plugin above."""
    loader = PluginLoader()
    loader.add(Acme(), Plugin("acme", distribution="acme-games", version="3.1"))
    known = Registry(loader)
    known._collect()
    monkeypatch.setattr(MODULE, "_registry", known)
    return known


def test_list_shows_what_each_plugin_brings(acme: Registry):
    shown = json.loads(CliRunner().invoke(app, ["plugins", "list", "--json"]).stdout)
    (plugin,) = shown
    assert plugin["name"] == "acme" and plugin["version"] == "3.1"
    assert plugin["brings"] == {
        "environments": ["acme/Chain-a", "acme/Chain-b"],
        "agents": ["missing", "sound"],
    }
    table = CliRunner().invoke(app, ["plugins", "list"], env={"COLUMNS": "200"}).stdout
    assert "acme-games" in table and "acme/Chain-a, acme/Chain-b" in table


def test_list_knows_what_ships():
    shown = json.loads(CliRunner().invoke(app, ["plugins", "list", "--json"]).stdout)
    assert shown[0]["name"] == "envsuite" and shown[0]["status"] == "enabled"
    own = [id for id, spec in registry().environments.items() if spec.owner == "envsuite"]
    assert shown[0]["brings"]["environments"] == own


def test_doctor_finds_what_cannot_be_imported(acme: Registry):
    run = CliRunner().invoke(app, ["plugins", "doctor", "--json"])
    assert run.exit_code == 1
    findings = json.loads(run.stdout)["findings"]
    assert {finding["plugin"] for finding in findings} == {"acme"}
    found = {finding["where"]: finding["text"] for finding in findings}
    # The two variants share a target, which is told once; each names its opponent.
    assert list(found) == [
        "target of acme/Chain-a",
        "opponent them of acme/Chain-a",
        "opponent them of acme/Chain-b",
        "target of missing",
    ]
    assert "did you mean 'loads'" in found["target of acme/Chain-a"]
    assert "did you mean 'sound'" in found["opponent them of acme/Chain-a"]
    shown = CliRunner().invoke(app, ["plugins", "doctor"])
    assert shown.exit_code == 1 and "4 problems, 0 notes" in shown.stdout


def test_a_missing_extra_of_ours_is_a_note_and_of_theirs_a_problem(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(sys.modules, "stable_baselines3", None)  # as if it were not installed

    class NeedsExtra:
        @hookimpl
        def envsuite_agents(self) -> list[Spec]:
            return [Spec(type(self).__name__.lower(), "stable_baselines3:PPO")]

    class Theirs(NeedsExtra):
        pass

    loader = PluginLoader()
    loader.add(NeedsExtra(), Plugin("envsuite"))
    loader.add(Theirs(), Plugin("acme"))
    known = Registry(loader)
    known._collect()
    levels = {finding.plugin: finding.level for finding in examine(known)}
    assert levels == {"envsuite": "note", "acme": "problem"}


def test_doctor_finds_nothing_wrong_with_what_ships():
    # A process of its own: it imports every optional library there is.
    run = subprocess.run(
        [sys.executable, "-m", "envsuite.cli", "plugins", "doctor", "--json"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "ENVSUITE_PLUGINS": "",
        },
        capture_output=True,
        text=True,
    )
    findings = json.loads(run.stdout)["findings"]
    assert [finding for finding in findings if finding["level"] == "problem"] == []
    assert run.returncode == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("My Plugin", "such as 'my-plugin'"),
        ("9lives", "such as 'lives'"),
        ("a--b", "such as 'a-b'"),
        ("", "cannot name a plugin"),
        ("../up", "such as 'up'"),
        ("smax", "such as 'my-smax'"),
        ("envsuite", "is taken"),
    ],
)
def test_new_refuses_a_name_and_suggests_another(tmp_path: Path, name: str, words: str):
    run = CliRunner().invoke(app, ["plugins", "new", name, "--path", str(tmp_path)])
    assert run.exit_code == 1 and words in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_new_overwrites_nothing(tmp_path: Path):
    (tmp_path / "acme").mkdir()
    runner, command = CliRunner(), ["plugins", "new", "acme", "--path", str(tmp_path)]
    assert runner.invoke(app, command).exit_code == 0  # an empty folder is in nobody's way
    rules = tmp_path / "acme" / "envsuite_acme" / "corridor.py"
    rules.write_text("mine")
    run = runner.invoke(app, command)
    assert run.exit_code == 1 and "is not an empty folder" in run.stderr
    assert rules.read_text() == "mine"
    (tmp_path / "file").write_text("")
    run = runner.invoke(app, ["plugins", "new", "file", "--path", str(tmp_path)])
    assert run.exit_code == 1 and "is not an empty folder" in run.stderr


def test_without_typer_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    from envsuite.cli import main

    for name in [name for name in sys.modules if name.startswith("envsuite.commands")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "typer", None)
    with pytest.raises(SystemExit, match=r'pip install "envsuite\[cli\]"'):
        main()

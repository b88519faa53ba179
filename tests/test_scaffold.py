"""What `envsuite plugins new` writes: it installs, passes its own tests and is found by name."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from envsuite.scaffold.new_plugin import new_plugin

# A hyphen, so that the name, the import package and the namespace differ.
NAME, PACKAGE = "acme-games", "envsuite_acme_games"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated plugin, installed into the folder `site` beside it."""
    folder = tmp_path_factory.mktemp("made")
    project = new_plugin(NAME, path=folder)
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
        + ["--no-index", "--target", str(folder / "site"), str(project)],
        check=True,
    )
    return project


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a Python command beside the installed plugin, and only it."""
    path = os.pathsep.join([str(project.parent / "site"), *filter(None, sys.path)])
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        "ENVSUITE_PLUGINS": NAME,
        "ENVSUITE_PLUGINS_STRICT": "1",
    }
    return subprocess.run(
        [sys.executable, *command], cwd=project, env=environment, capture_output=True, text=True
    )


def test_it_is_a_whole_package(project: Path):
    files = {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
    assert {
        "pyproject.toml",
        "README.md",
        f"{PACKAGE}/py.typed",
        f"{PACKAGE}/plugin.py",
        "tests/test_corridor.py",
    } <= files
    for file in files:
        text = (project / file).read_text(encoding="utf-8")
        assert "$" not in text and "_package_" not in file  # no placeholder is left
        assert not file.endswith(".template")


def test_its_hooks_import_nothing_but_envsuite(project: Path):
    module = ast.parse((project / PACKAGE / "plugin.py").read_text(encoding="utf-8"))
    imported = [node.module for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    assert imported == ["envsuite.core.spec", "envsuite.hooks"]
    assert not [node for node in ast.walk(module) if isinstance(node, ast.Import)]


def test_it_passes_its_own_tests(project: Path):
    done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout and "skipped" not in done.stdout


def test_it_is_listed(project: Path):
    done = run(project, "-m", "envsuite.cli", "plugins", "list", "--json")
    assert done.returncode == 0, done.stderr
    own, made = json.loads(done.stdout)
    assert own["name"] == "envsuite"
    assert (made["name"], made["distribution"], made["status"]) == (
        NAME,
        f"envsuite-{NAME}",
        "enabled",
    )
    assert made["brings"] == {
        "environments": [f"{NAME}/Corridor-long", f"{NAME}/Corridor-short"],
        "agents": [f"{NAME}-steady"],
        "evaluators": [f"{NAME}-duration"],
    }

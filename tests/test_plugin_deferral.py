"""A plugin that is half imported when envsuite looks at it is put off, not lost."""

import os
import subprocess
import sys
from pathlib import Path

HOOKS = """\
from envsuite.core.spec import Spec
from envsuite.hooks import hookimpl
@hookimpl
def envsuite_agents():
    return [Spec('acme-greedy', 'a:b')]
"""


def install(folder: Path, code: str, *, module: str = "fake_acme") -> None:
    """Put a distribution into `folder` whose entry point `acme` names a module of that code."""
    path = folder.joinpath(*module.split(".")).with_suffix(".py")
    path.parent.mkdir(exist_ok=True)
    path.write_text(code, encoding="utf-8")
    info = folder / "fake_acme-1.5.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: fake-acme\nVersion: 1.5\n")
    info.joinpath("entry_points.txt").write_text(f"[envsuite]\nacme = {module}\n")


def run(folder: Path, code: str) -> str:
    """Run code in a process of its own, with `folder` on its path; return what it prints."""
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code],
        env={**os.environ, "PYTHONPATH": path, "ENVSUITE_PLUGINS": "acme"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


ASK = "import envsuite; print('acme-greedy' in envsuite.registry().agents)"


def test_a_plugin_that_is_imported_first_is_not_lost(tmp_path: Path):
    # The entry point names the very module that the user imports, which imports envsuite before
    # its hooks are defined.
    install(tmp_path, "import envsuite\n" + HOOKS)
    assert run(tmp_path, "import fake_acme; " + ASK) == "True"
    assert run(tmp_path, ASK) == "True"


def test_it_waits_while_half_imported(tmp_path: Path):
    install(
        tmp_path,
        "import envsuite\nprint(envsuite.registry().plugins[-1].status)\n"
        "print('acme-greedy' in envsuite.registry().agents)\n" + HOOKS,
    )
    assert run(tmp_path, "import fake_acme; " + ASK).split() == ["deferred", "False", "True"]


def test_a_package_that_imports_envsuite_first_is_not_lost(tmp_path: Path):
    # The hooks are in a module of their own, which needs its package to be complete.
    install(tmp_path, "from fake_acme import NAME\n" + HOOKS, module="fake_acme.plugin")
    package = tmp_path / "fake_acme" / "__init__.py"
    package.write_text("import envsuite\nNAME = 'acme'\n")
    assert run(tmp_path, "import fake_acme; " + ASK) == "True"


def test_a_deferred_plugin_is_announced_when_it_comes(tmp_path: Path):
    code = """\
import envsuite
ANNOUNCED = []
def register(specs):
    ANNOUNCED.extend(spec.id for spec in specs)
from envsuite.core.spec import AdapterSpec, EnvSpec
from envsuite.hooks import hookimpl
@hookimpl
def envsuite_adapters():
    return [AdapterSpec('acme-api', 'a:b', register='fake_acme:register')]
@hookimpl
def envsuite_environments():
    return [EnvSpec('acme/Chain', 'a:b')]
"""
    install(tmp_path, code)
    ask = "import fake_acme, envsuite; envsuite.registry(); "
    assert run(tmp_path, ask + "print('acme/Chain' in fake_acme.ANNOUNCED)") == "True"
    assert run(tmp_path, ask + "print('envsuite/SMAX-3m' in fake_acme.ANNOUNCED)") == "True"

"""The wheel: what is in it, and what it does in an environment that holds nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CLEAN = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built by way of the source distribution, as a release is."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A fresh environment with the wheel and what it requires, no extra."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel]
    subprocess.run(install, check=True)
    return python


def run(python: Path, code: str, folder: Path) -> str:
    done = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, cwd=folder, env=CLEAN
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_wheel_holds_every_package_and_no_test(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    for root in ("plugins", "wrappers"):
        for folder in (ROOT / root).iterdir():
            if folder.is_dir():
                assert folder.name in tops, folder.name
                assert f"{folder.name}/py.typed" in names
        assert root not in tops
    assert "envsuite/registry.yaml" in names and "envsuite/py.typed" in names
    assert "envsuite_smax/scenarios.yaml" in names
    tests = [name for name in names if "/tests/" in name]
    assert not [name for name in tests if not name.startswith("envsuite/scaffold/template/")]


def test_a_plain_install_plays(python, tmp_path):
    code = """
import gymnasium as gym
env = gym.make("envsuite:envsuite/SMAX-3m")
observation, info = env.reset(seed=0)
observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
print(observation.shape, env.action_space)
"""
    assert run(python, code, tmp_path) == "(225,) MultiDiscrete([8 8 8])"


def test_a_plain_install_holds_no_extra(python, tmp_path):
    code = """
import importlib.util as util
wanted = ["numpy", "gymnasium", "pettingzoo", "jax", "numba", "pluggy", "yaml"]
extras = ["torch", "stable_baselines3", "typer", "PIL", "pygame", "matplotlib", "flax"]
print([n for n in wanted if not util.find_spec(n)], [n for n in extras if util.find_spec(n)])
"""
    assert run(python, code, tmp_path) == "[] []"


def test_missing_extras_are_named(python, tmp_path):
    command = python.parent / "envsuite"
    done = subprocess.run([command, "list"], capture_output=True, text=True, env=CLEAN)
    assert done.returncode == 1 and 'pip install "envsuite[cli]"' in done.stderr
    code = """
import gymnasium as gym, envsuite
env = gym.make("envsuite/SMAX-3m", render_mode="rgb_array")
env.reset(seed=0)
for act in (env.render, lambda: envsuite.make_as("envsuite/SMAX-3m", "sb3")):
    try:
        act()
    except ImportError as error:
        print(error)
"""
    said = run(python, code, tmp_path)
    assert "envsuite[render]" in said and "envsuite[sb3]" in said

"""`pytest --envsuite ID`: the suite's checks as tests of a third party."""

from __future__ import annotations

import os
import subprocess
import sys

GUESS = "envsuite/Primer-Guess"  # on the host, where nothing is compiled


def pytest_in(folder, *words: str) -> subprocess.CompletedProcess[str]:
    plugin = [] if _installed() else ["-p", "envsuite.testing.pytest_plugin"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-v", *plugin, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )


def _installed() -> bool:
    from importlib.metadata import entry_points

    return any(point.name == "envsuite" for point in entry_points(group="pytest11"))


def test_each_check_is_a_test(tmp_path):
    done = pytest_in(tmp_path, "--envsuite", GUESS)
    assert done.returncode == 0, done.stdout
    for check in ("check", "check_engine", "check_vector"):
        assert f"{check}[{GUESS}] PASSED" in done.stdout


def test_a_pattern_that_matches_nothing_is_refused(tmp_path):
    done = pytest_in(tmp_path, "--envsuite", "acme/*")
    assert done.returncode == 4 and "no id matches" in done.stderr + done.stdout


def test_without_the_option_nothing_is_added(tmp_path):
    assert pytest_in(tmp_path).returncode == 5  # no test at all

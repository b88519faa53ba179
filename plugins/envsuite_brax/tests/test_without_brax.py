"""Brax is an extra: without it one error says what to install, and a learned world says so too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATHS = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "wrappers")]
CODE = f"""
import sys
sys.path[:0] = {PATHS}
sys.modules["brax"] = None
import envsuite
from envsuite_synthetic.presets import plan

for attempt in (
    lambda: envsuite.make("envsuite/Brax-hopper"),
    lambda: plan("Brax-hopper", "paper"),
):
    try:
        attempt()
    except ImportError as error:
        print(error)
print(sum(id.startswith("envsuite/Brax-") for id in envsuite.registry().environments))
"""


def test_one_error_names_the_remedy():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    *errors, listed = done.stdout.splitlines()
    assert len(errors) == 2 and listed == "5"
    for line in errors:
        assert "envsuite/Brax-hopper needs" in line
        assert line.endswith("there is no module 'brax'; pip install \"envsuite[brax]\"")

"""Brax is an extra: without it one error says what to install, and all else works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATHS = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "wrappers")]
WITHOUT = f"import sys; sys.path[:0] = {PATHS}; sys.modules['brax'] = None\n"


def python(code: str) -> str:
    """What a fresh interpreter without Brax prints."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + code], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_one_error_names_the_remedy():
    said = python("""
import gymnasium, envsuite
for make in (envsuite.make, envsuite.make_engine, gymnasium.make):
    try:
        make("envsuite/MABrax-Ant4x2")
    except ImportError as error:
        print(error)
""").splitlines()
    assert len(said) == 3
    for line in said:
        assert "envsuite/MABrax-Ant4x2 needs" in line
        assert line.endswith("there is no module 'brax'; pip install \"envsuite[brax]\"")


def test_ids_are_listed_and_documented_all_the_same():
    said = python("""
import envsuite
print(sum(id.startswith("envsuite/MABrax-") for id in envsuite.registry().environments))
sys.path.insert(0, "docs")
import generate
kept = generate.PAGE.read_text()
rows = [line for line in generate.page().splitlines() if "`envsuite/MABrax-" in line]
print(len(rows), all(line in kept for line in rows) or "unknown without the extra" in rows[0])
""")
    assert said.split() == ["5", "5", "True"]

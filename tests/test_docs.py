"""The documentation says what is there: generated parts are current, the README's code runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_generated_parts_are_current():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_s_code_runs_from_top_to_bottom():
    # as a reader would type it, in one session; only the numbers are made smaller
    code = "\n".join(BLOCKS)
    for large, small in (("num_envs=1024", "num_envs=8"), ("num_envs=4096", "num_envs=8")):
        assert large in code
        code = code.replace(large, small)
    code = code.replace("num_envs=64", "num_envs=4").replace("n_steps=32", "n_steps=8")
    code = code.replace("batch_size=2048", "batch_size=96").replace("100_000", "96")
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md")))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"

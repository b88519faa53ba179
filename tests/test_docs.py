"""The documentation says what is there: generated parts are current, the README's code runs."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("plugins/*/README.md")]
DIFFERENCES = sorted(ROOT.glob("plugins/*/tests/test_differences*.py"))


@pytest.fixture(scope="module")
def differences() -> ModuleType:
    """The module that reads the tests of differences; `docs` is no package."""
    spec = importlib.util.spec_from_file_location("differences", ROOT / "docs" / "differences.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
    code = code.replace("20_000", "600").replace(
        "10_000", "64"
    )  # of learning in a learned world; PPO finishes a rollout
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("file", DIFFERENCES, ids=lambda file: f"{file.parts[-3]}/{file.name}")
def test_each_test_of_a_difference_says_it_in_the_form_of_the_page(file, differences):
    rows = list(differences.differences(file))
    defined = re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
    assert [row.test for row in rows] == defined != []
    page = (ROOT / "docs" / "differences.md").read_text()
    section = page.partition(f"Rules: [{file.parts[-3]}]")[2].partition("\n## ")[0]
    for row in rows:
        assert f"| {row.what} | {row.there} | {row.here} | [`{row.test}`](" in section
    assert "docs/differences.md#" in (file.parent.parent / "README.md").read_text()


def test_a_test_of_a_difference_without_the_form_is_refused(tmp_path, differences):
    file = tmp_path / "test_differences.py"
    words = "What.\n\n    JaxMARL: goes\n        on | on.\n    Here: ends."
    file.write_text(f'def test_it():\n    """{words}\n    """\n')
    assert list(differences.differences(file)) == [("What", "goes on \\| on", "ends", "test_it")]
    for lacking in ("What.", words.replace("\n\n", "\n"), words.replace("Here: ends.", "")):
        file.write_text(f'def test_it():\n    """{lacking}\n    """\n')
        with pytest.raises(ValueError, match="the docstring of test_it must say"):
            list(differences.differences(file))

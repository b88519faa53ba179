"""The page of differences from JaxMARL, as the docstrings of the tests that show them say it.

Such a test is in a plugin's `tests/test_differences.py`, or `test_differences_<part>.py`, and runs
both. Its docstring is a row of the page:

    What differs, in a few words.

    JaxMARL: what happens there.
    Here: what happens here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

FORM = re.compile(r"(?P<what>[^\n]+)\n\nJaxMARL: (?P<there>.+?)\nHere: (?P<here>.+)", re.DOTALL)


class Difference(NamedTuple):
    """One row: what differs, JaxMARL's behaviour, ours, and the test that shows both."""

    what: str
    there: str
    here: str
    test: str


def differences(file: Path) -> Iterator[Difference]:
    """The rows of a file of tests, which is read and not run.

    Raises:
        ValueError: For a test whose docstring lacks the form.
    """
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found = FORM.fullmatch(ast.get_docstring(node) or "")
            if found is None:
                raise ValueError(
                    f"{file.name}: the docstring of {node.name} must say what differs, and after "
                    "a blank line 'JaxMARL: ...' and 'Here: ...'"
                )
            what, there, here = (_cell(part) for part in found.groups())
            yield Difference(what, there, here, node.name)


def files(plugin: Path) -> list[Path]:
    """A plugin's files of such tests."""
    return sorted(plugin.glob("tests/test_differences*.py"))


def page(plugins: Iterable[Path]) -> str:
    """The page, a section for each plugin that has such tests."""
    lines = [
        "# Differences from JaxMARL",
        "",
        "Made from the tests by `python docs/generate.py`; do not edit.",
        "",
        "Most games of JaxMARL 0.2.0 are here too, written anew, and were compared with it step by "
        "step: where nothing is said, both behave alike. Each row is a test that runs both and "
        "shows what it says of either. An option that has JaxMARL's behaviour is named after a "
        "semicolon. Differences from other originals, and those that no test shows, are in the "
        "families' READMEs.",
        "",
    ]
    for plugin in plugins:
        if not (own := files(plugin)):
            continue
        title = (plugin / "README.md").read_text().partition("\n")[0].removeprefix("# ")
        readme = f"../plugins/{plugin.name}/README.md"
        lines += [f"## {title}", "", f"Rules: [{plugin.name}]({readme}).", ""]
        lines += ["| what | JaxMARL 0.2.0 | here | test |", "|---|---|---|---|"]
        for file in own:
            link = f"../plugins/{plugin.name}/tests/{file.name}"
            lines += [
                f"| {what} | {there} | {here} | [`{test}`]({link}) |"
                for what, there, here, test in differences(file)
            ]
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Prose as a cell of a table has it: on one line, without its full stop."""
    return " ".join(text.split()).removesuffix(".").replace("|", r"\|")

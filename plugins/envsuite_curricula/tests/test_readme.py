"""The README's example runs as it is printed."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def test_the_example_of_a_curriculum_keeps_all_promises():
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert "check_curriculum(Growing" in code  # which raises, naming each promise that is broken
    exec(compile(code, "README.md", "exec"), {})

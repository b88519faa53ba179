"""Words as rows of codes."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces

from envsuite_sb3.tokens import TokenCode


def test_texts_come_back():
    code = TokenCode(spaces.Text(5, min_length=0, charset="abc"))
    texts = ["", "a", "cab", "ccccc"]
    rows = code.encode(texts)
    assert all(row in code.space for row in rows)
    assert code.decode(rows) == texts


def test_every_row_of_the_space_is_a_text():
    text = spaces.Text(4, min_length=2, charset="xyz")
    code = TokenCode(text)
    space = code.space
    space.seed(0)
    texts = code.decode(np.stack([space.sample() for _ in range(200)]))
    assert all(one in text for one in texts)
    assert {len(one) for one in texts} == {2, 3, 4}


def test_what_follows_an_end_is_not_read():
    code = TokenCode(spaces.Text(3, min_length=0, charset="ab"))
    assert code.decode(np.array([[0, 2, 1], [2, 0, 0]])) == ["a", ""]

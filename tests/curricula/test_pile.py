"""Rows that wait in order."""

from __future__ import annotations

import numpy as np

from envsuite.engines.pile import Pile


def rows(*numbers: int) -> dict[str, np.ndarray]:
    own = np.array(numbers, np.int32)
    return {"number": own, "pair": np.stack([own, -own], 1)}


def test_what_comes_first_goes_first_however_often_room_is_made() -> None:
    rng = np.random.default_rng(0)
    pile, waiting, following = Pile(rows(0), 8), [], 0
    for _ in range(300):
        added = int(rng.integers(0, 9 - len(waiting)))
        pile.push(rows(*range(following, following + added)))
        waiting += range(following, following + added)
        following += added
        number = int(rng.integers(0, len(waiting) + 1))
        taken = pile.pop(number)
        assert taken["number"].tolist() == waiting[:number]
        np.testing.assert_array_equal(taken["pair"][:, 1], -taken["number"])
        waiting = waiting[number:]
        assert pile.count == len(waiting)
    assert following > 500


def test_its_state_is_a_value() -> None:
    pile, other = Pile(rows(0), 6), Pile(rows(0), 6)
    pile.push(rows(1, 2, 3, 4, 5))
    taken = pile.pop(3)
    kept = pile.state
    pile.push(rows(6, 7, 8))
    other.state = kept
    other.push(rows(9))
    assert taken["number"].tolist() == [1, 2, 3], "what was taken is the taker's own"
    assert pile.pop(5)["number"].tolist() == [4, 5, 6, 7, 8]
    assert other.pop(3)["number"].tolist() == [4, 5, 9]
    assert kept[0]["number"][:2].tolist() == [4, 5] and kept[1] == 2

"""What happens can be seen in the pictures, and where it happens."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.drawing import SKY, VERMILION, YELLOW
from envsuite_fruit_choice.env import EAST, NORTH, FruitChoice
from envsuite_fruit_choice.render import frame

KEY = jax.random.key(0)


def middle(picture: np.ndarray, color) -> tuple[float, float]:
    """Where a colour lies on average: row and column in pixels."""
    rows, columns = np.nonzero((picture == color).all(-1))
    assert len(rows) > 20
    return float(rows.mean()), float(columns.mean())


@pytest.mark.parametrize("corridor", [0, 2, 8])
def test_every_corridor_can_be_drawn_always_alike(corridor):
    game = FruitChoice(corridor)
    level = game.default_params()
    state, _ = game.reset(KEY, level)
    picture = frame(game, state, level)
    assert picture.dtype == np.uint8 and all(side % 16 == 0 for side in picture.shape[:2])
    assert np.array_equal(picture, frame(game, jax.tree.map(np.asarray, state), level))


def test_the_fruit_lie_where_they_are_and_go_when_eaten():
    game = FruitChoice()
    level = game.default_params()
    state, _ = game.reset(KEY, level)
    above = frame(game, state, level)
    below = frame(game, state, replace(level, apple_above=jnp.bool_(False)))
    for picture, sign in ((above, 1), (below, -1)):
        player = middle(picture, SKY)
        assert sign * (player[0] - middle(picture, VERMILION)[0]) > 40
        assert sign * (middle(picture, YELLOW)[0] - player[0]) > 40
    state, _ = game.step(KEY, state, jnp.int32(NORTH), level)
    eaten = frame(game, state, level)
    assert (eaten == VERMILION).all(-1).sum() == 0 and (eaten == YELLOW).all(-1).any()
    assert middle(eaten, SKY)[0] == pytest.approx(middle(above, SKY)[0] - 64, abs=1)


def test_the_player_moves_a_cell_and_the_caption_tells_what_is_hidden():
    game = FruitChoice(corridor=2)
    level = game.default_params()
    state, _ = game.reset(KEY, level)
    before = frame(game, state, level)
    state, _ = game.step(KEY, state, jnp.int32(EAST), level)
    after = frame(game, state, level)
    assert middle(after, SKY)[1] - middle(before, SKY)[1] == pytest.approx(64, abs=1)
    other = frame(game, state, replace(level, banana_right=jnp.bool_(True)))
    assert (other[-40:] != after[-40:]).any() and np.array_equal(other[:-40], after[:-40])

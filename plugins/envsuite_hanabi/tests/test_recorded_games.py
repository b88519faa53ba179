"""Ten thousand recorded games of two players end with the recorded scores."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_hanabi.cards import COLORS
from envsuite_hanabi.env import Hanabi
from envsuite_hanabi.moves import legal_moves
from envsuite_hanabi.state import finished, score
from envsuite_hanabi.turn import deal, take_turn

RECORDED = Path(__file__).parents[3].parent / "shared/data/hanabi"


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded games are not beside the project")
def test_recorded_games_end_with_their_scores():
    """Every move is legal, the last one ends the game, none before it does."""
    cards = {
        f"{color}{rank + 1}": 5 * c + rank for c, color in enumerate(COLORS) for rank in range(5)
    }
    records = json.loads((RECORDED / "decks.json").read_text())
    decks = np.array([[cards[card] for card in game["deck"]] for game in records], np.int32)
    recorded = json.loads((RECORDED / "actions.json").read_text())
    lengths = np.array([len(actions) for actions in recorded])
    actions = np.zeros((len(recorded), lengths.max()), np.int32)
    for row, moves in zip(actions, recorded, strict=True):
        row[: len(moves)] = moves
    scores = np.loadtxt(RECORDED / "scores.txt", delimiter=",", dtype=int)
    assert scores[:, 0].tolist() == list(range(len(decks))) and len(decks) == 10_000

    game = Hanabi(2)
    due = jnp.arange(actions.shape[1])[:, None] < lengths

    def move(state, now):
        action, due = now
        legal = jax.vmap(lambda state: legal_moves(game, state))(state)
        mine = jnp.take_along_axis(legal, state.turn[:, None, None], 1)[:, 0]
        fine = jnp.take_along_axis(mine, action[:, None], 1)[:, 0]
        over = finished_all(state)
        after = jax.vmap(lambda state, action: take_turn(game, state, action))(state, action)
        # on after the end, which changes nothing
        return after, jnp.where(due, fine & ~over, over)

    def finished_all(state):
        return jax.vmap(lambda state: finished(state, game.ranks))(state)

    @jax.jit
    def replay(decks, actions):
        states = jax.vmap(lambda deck: deal(game, deck))(decks)
        states, right = jax.lax.scan(move, states, (actions.T, due))
        return jax.vmap(score)(states), right.all(0) & finished_all(states)

    reached, right = replay(decks, actions)
    assert right.all()
    np.testing.assert_array_equal(reached, scores[:, 1])

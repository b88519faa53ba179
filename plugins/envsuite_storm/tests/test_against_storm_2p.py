"""STORM for two beside JaxMARL 0.2.0's `storm_2p`: its states fed to our rules, same actions."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from envsuite_storm.movement import STEPS
from envsuite_storm.tests.peer import COPIES, Beside, Peer
from envsuite_storm.tests.two import GAME, small
from envsuite_storm.two_player import FORWARD, INTERACT, STAY, layout

FIELDS = ("places", "headings", "coins", "lying", "inventories", "frozen", "beams", "inner_step")


@pytest.fixture(scope="module")
def both() -> Beside:
    return Beside(Peer("storm_2p"), GAME)


def sound(theirs: Any, state: Any) -> np.ndarray:
    """Whether states of the peer's have all players and all coins on their grids.

    Where a player begins on a coin, one of the two is lost.
    """
    on_grid = [
        np.take_along_axis(
            theirs.grid.reshape(*theirs.grid.shape[:-2], 64),
            (spot[..., :1].astype(int) * 8 + spot[..., 1:2]),
            axis=-1,
        )[..., 0]
        == code
        for code, spot in ((1, theirs.red_pos), (2, theirs.blue_pos))
    ]
    coins = state.lying.sum((-2, -1)) + state.inventories.sum((-2, -1))
    return on_grid[0] & on_grid[1] & (coins == 12)


def test_whole_games(both):
    """Every step but the last; only where chance falls do they part."""
    played = both.games(110, [0.1, 0.08, 0.42, 0.34, 0.06])
    before, after, due = (played[name] for name in ("before", "after", "due"))
    fine = sound(played["peer"], before)
    assert fine.mean() > 0.7
    still_fine = np.concatenate([fine[1:], fine[:1] & False])
    assert (played["observed"] == played["shown"])[still_fine].all()
    np.testing.assert_allclose(played["ours"], played["theirs"], atol=1e-5)
    assert (played["ours"] != 0).any(-1).sum() > 15, "too few interactions to compare"

    respawns = fine & (before.frozen[..., 0, 1] == 1)
    assert respawns.sum() > 15 and after.lying[respawns].all()
    for state in (after, due):
        assert not state.frozen[respawns].any() and not state.inventories[respawns].any()
        assert (state.places[respawns].sum(1) == 7).all()
    walks = (played["actions"] == FORWARD).all(-1) & (before.frozen[..., 0, 1] == 0)
    wanted = before.places + STEPS[before.headings]
    contested = walks & (wanted[..., 0, :] == wanted[..., 1, :]).all(-1)
    assert (fine & contested).any()
    for name in FIELDS:
        agree = (getattr(after, name) == getattr(due, name)).reshape(*fine.shape, -1).all(-1)
        assert agree[fine & ~respawns & ~contested].all(), name


def test_the_peer_drops_the_last_reward_and_ours_pays_it(both):
    paid = {}
    for time in (150, 151):
        state = small("R> B<", {"R": (1, 0), "B": (0, 1)}, inner_step=time)
        seen = both.play(state, INTERACT, STAY)
        paid[time] = seen["theirs"][0].tolist(), seen["ours"][0].tolist()
    assert paid == {150: ([0, 5], [0, 5]), 151: ([0, 0], [0, 5])}


def test_the_peer_loses_players_under_coins_and_never_heads_east(both):
    lost, headings = [], set()
    for batch in range(6):
        theirs = both.reset(jax.random.split(jax.random.PRNGKey(batch), COPIES))
        grids = jax.device_get(theirs), jax.device_get(jax.vmap(both.peer.ours)(theirs))
        lost.append(~sound(*grids))
        spots = np.stack([theirs.red_pos, theirs.blue_pos])
        headings |= set(spots[..., 2].ravel().tolist())
    assert 0.05 < np.mean(lost) < 0.2  # 2 of its 18 starts
    assert headings == {0, 1, 2}
    starts = set(map(tuple, layout().spawns.tolist()))
    assert not starts & set(map(tuple, layout().coins.reshape(-1, 2).tolist()))

"""STORM for any number beside JaxMARL 0.2.0's `storm_np`: where it is right, and where not."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from envsuite_storm.movement import STEPS, beam_cells
from envsuite_storm.n_player import (
    FORWARD,
    STAY,
    TURN_LEFT,
    ZAP_AHEAD,
    ZAP_FAR,
    ZAP_RIGHT,
    NPlayerSTORM,
)
from envsuite_storm.tests.peer import COPIES, Beside, Peer
from envsuite_storm.tests.scene import drawn, scene

GAME = NPlayerSTORM(players=3)
WRONG = [4, 5, 11, 12, 13]  # planes: oneself, another, what is held (2), frozen


@pytest.fixture(scope="module")
def both() -> Beside:
    return Beside(Peer("storm_np", num_agents=3), GAME)


def start(text: str, *arguments: Any, **named: Any) -> Any:
    """A board of 8 by 8 whose upper lines are given."""
    return scene(text + "\n. . . . . . . ." * (7 - text.count("\n")), *arguments, **named)


def first(states: Any) -> Any:
    """The first of several copies."""
    return jax.tree.map(lambda leaf: leaf[0], states)


def test_whole_games(both):
    """Every step until somebody begins anew."""
    played = both.games(90, [0.12, 0.1, 0.44, 0.02, 0.14, 0.06, 0.06, 0.06])
    before, after, due = (played[name] for name in ("before", "after", "due"))
    number = np.array([GAME.size, 1])

    def apart(cells: np.ndarray) -> np.ndarray:
        return (np.diff(np.sort(cells @ number, axis=-1), axis=-1) != 0).all(-1)

    thawing = (before.frozen == 1).any((-2, -1))
    fine = np.logical_and.accumulate(apart(before.places) & ~thawing, axis=0)
    assert fine.sum() > 1500
    shape = (*fine.shape, 3, 5, 5, 14)
    theirs, ours = (played[name].reshape(shape) for name in ("observed", "shown"))
    seen = np.concatenate([fine[1:], fine[:1] & False])
    agree = theirs == ours
    assert np.delete(agree, WRONG, axis=-1)[seen].all() and not agree[seen][..., WRONG].all()
    # the peer errs in who is there, not in whether somebody is
    assert (theirs[seen][..., 4:6].sum(-1) == ours[seen][..., 4:6].sum(-1)).all()

    free = (before.frozen == 0).all(-1)
    walks = (played["actions"] == FORWARD) & free
    wanted = before.places + walks[..., None] * STEPS[before.headings]
    clear = fine & apart(np.clip(wanted, 0, GAME.size - 1))
    for name in ("places", "headings", "lying", "inventories", "coins"):
        agree = getattr(after, name) == getattr(due, name)
        assert agree.reshape(*fine.shape, -1).all(-1)[clear].all(), name

    zaps = played["actions"] >= ZAP_AHEAD
    plain = clear & (zaps.sum(-1) <= 1) & (played["actions"] != ZAP_RIGHT).all(-1)
    assert (after.frozen == due.frozen).all((-2, -1))[plain].all()
    assert (after.frozen[plain] == 5).any((-2, -1)).sum() > 5, "too few interactions"

    # a player who does not zap puts out what others lit in the cells before it
    beams, theirs = (state.beams.reshape(*fine.shape, -1) for state in (after, due))
    cells = np.asarray(jax.jit(jax.vmap(jax.vmap(beam_cells)))(after)) @ number
    crossed = (cells[..., None] == np.arange(GAME.size**2)).any(-2).sum(-2) > 1
    assert (beams | ~theirs)[clear].all() and (~beams | theirs | crossed)[clear].all()
    assert theirs[clear].any()


@pytest.mark.parametrize(
    ("zaps", "theirs"),
    [
        ((ZAP_AHEAD, STAY), [0, 0]),
        ((STAY, ZAP_AHEAD), [0, 0]),
        ((ZAP_AHEAD, ZAP_AHEAD), [5, 5]),
    ],
)
def test_the_peer_pays_the_wrong_players_and_ours_the_right_ones(both, zaps, theirs):
    state = start("0> 1< . . . . . 2^", {"0": (1, 0), "1": (0, 1)})
    seen = both.play(state, *zaps, STAY)
    assert (seen["theirs"][:, :2] == theirs).all() and (seen["ours"] == [0, 5, 0]).all()


def test_the_peer_drops_the_last_reward_and_ours_pays_it(both):
    held = {"0": (0, 1), "1": (1, 0)}
    for time, theirs in ((150, [5, 5]), (151, [0, 0])):
        state = start("0> 1< . . . . . 2^", held, inner_step=time)
        seen = both.play(state, ZAP_AHEAD, ZAP_AHEAD, STAY)
        assert (seen["theirs"][:, :2] == theirs).all() and (seen["ours"] == [5, 0, 0]).all()


def test_the_peer_cannot_zap_to_the_right_and_ours_can(both):
    state = start("0> . . . . . . 2^\n. 1< . . . . . .", {"0": (1, 0), "1": (0, 1)})
    seen = both.play(state, ZAP_RIGHT, STAY, STAY)
    assert not seen["due"].frozen.any() and (seen["after"].frozen[:, 0] == [0, 5, 0]).all()


def test_the_peer_takes_another_for_oneself_and_ours_does_not(both):
    state = start("0> 1< . . . . . 2^", {"0": (1, 0), "1": (0, 3)})
    seen = both.play(state, STAY, STAY, STAY)
    theirs, ours = (seen[name][0].reshape(3, 5, 5, 14)[0] for name in ("observed", "shown"))
    here, ahead = (2, 0), (2, 1)  # of player 0, who sees 1 right before it
    oneself, other, cooperate, defect = 4, 5, 11, 12
    assert theirs[here][[oneself, other]].tolist() == [0, 1]
    assert theirs[ahead][[oneself, other]].tolist() == [1, 0]
    assert ours[here][[oneself, other]].tolist() == [1, 0]
    assert ours[ahead][[oneself, other]].tolist() == [0, 1]
    assert ours[here][[cooperate, defect]].tolist() == [1, 0]
    assert not ours[ahead][[cooperate, defect]].any(), "what others hold is their own affair"


def test_the_peer_lets_two_share_a_cell_when_one_is_sent_back_and_ours_does_not(both):
    seen = both.play(start("2> 1> 0^ . . . . ."), TURN_LEFT, FORWARD, FORWARD)
    rows = [drawn(first(seen[name]), "012").split("\n")[0] for name in ("due", "after")]
    assert rows == [". 1>+2> 0< . . . . .", "2> 1> 0< . . . . ."]


def test_with_the_peer_the_nearest_need_not_win_and_with_ours_it_does(both):
    text = "0v . 1< . . . . .\n2^ . . . . . . ."
    state = start(text, {"0": (1, 0), "1": (1, 0), "2": (1, 0)})
    seen = both.play(state, STAY, ZAP_FAR, ZAP_AHEAD)
    theirs, ours = (
        set(np.nonzero(seen[name].frozen[:, 0])[1].tolist()) for name in ("due", "after")
    )
    assert (theirs, ours) == ({1, 2}, {2})


def test_with_the_peer_one_may_begin_anew_where_something_is_and_with_ours_not(both):
    seen = both.play(start("0> 1< . . . . . 2^", {}, {"01": 1}), STAY, STAY, STAY)
    shared = []
    for name in ("due", "after"):
        states = seen[name]
        coins = states.coins.reshape(len(states.coins), -1, 2)
        lying = states.lying.reshape(len(coins), -1)
        cells = [
            list(map(tuple, np.concatenate([places, own[there]]).tolist()))
            for places, own, there in zip(states.places, coins, lying, strict=True)
        ]
        shared.append(sum(len(set(own)) < len(own) for own in cells))
    assert shared[0] > 0 and shared[1] == 0


def test_the_peer_never_heads_east_at_the_start(both):
    theirs = both.reset(jax.random.split(jax.random.PRNGKey(0), COPIES))
    assert set(np.asarray(theirs.agent_locs)[..., 2].ravel().tolist()) == {0, 1, 2}

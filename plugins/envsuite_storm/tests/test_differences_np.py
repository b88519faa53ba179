"""Where STORM for any number differs from JaxMARL 0.2.0's `storm_np`: each test runs both."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from jaxmarl import make

from envsuite_storm.n_player import (
    FORWARD,
    STAY,
    TURN_LEFT,
    ZAP_AHEAD,
    ZAP_FAR,
    ZAP_RIGHT,
    NPlayerSTORM,
)
from envsuite_storm.tests.beside import first, start, three
from envsuite_storm.tests.peer import COPIES
from envsuite_storm.tests.scene import drawn

KEYS = jax.random.split(jax.random.PRNGKey(0), COPIES)


@pytest.mark.parametrize(
    ("zaps", "theirs"),
    [
        ((ZAP_AHEAD, STAY), [0, 0]),
        ((STAY, ZAP_AHEAD), [0, 0]),
        ((ZAP_AHEAD, ZAP_AHEAD), [5, 5]),
    ],
)
def test_the_right_players_are_paid(zaps, theirs):
    """For any number: who is paid.

    JaxMARL: payoffs are lost, or go to the wrong player; of two who zap each other both earn the
        sum.
    Here: the zapper earns as row player, its target as column player.
    """
    state = start("0> 1< . . . . . 2^", {"0": (1, 0), "1": (0, 1)})
    seen = three().play(state, *zaps, STAY)
    assert (seen["theirs"][:, :2] == theirs).all() and (seen["ours"] == [0, 5, 0]).all()


def test_one_can_zap_to_the_right():
    """For any number: zapping to the right.

    JaxMARL: works only if somebody stands to the left as well.
    Here: works.
    """
    state = start("0> . . . . . . 2^\n. 1< . . . . . .", {"0": (1, 0), "1": (0, 1)})
    seen = three().play(state, ZAP_RIGHT, STAY, STAY)
    assert not seen["due"].frozen.any() and (seen["after"].frozen[:, 0] == [0, 5, 0]).all()


def test_the_nearest_beam_counts():
    """For any number: several beams on one.

    JaxMARL: the distance does not count.
    Here: the nearest counts.
    """
    text = "0v . 1< . . . . .\n2^ . . . . . . ."
    state = start(text, {"0": (1, 0), "1": (1, 0), "2": (1, 0)})
    seen = three().play(state, STAY, ZAP_FAR, ZAP_AHEAD)
    theirs, ours = (
        set(np.nonzero(seen[name].frozen[:, 0])[1].tolist()) for name in ("due", "after")
    )
    assert (theirs, ours) == ({1, 2}, {2})


def test_each_sees_itself_as_itself():
    """For any number: whom a player sees as itself.

    JaxMARL: the next one; and it does not see its own coins as its own.
    Here: itself, and its own.
    """
    state = start("0> 1< . . . . . 2^", {"0": (1, 0), "1": (0, 3)})
    seen = three().play(state, STAY, STAY, STAY)
    theirs, ours = (seen[name][0].reshape(3, 5, 5, 14)[0] for name in ("observed", "shown"))
    here, ahead = (2, 0), (2, 1)  # of player 0, who sees 1 right before it
    oneself, other, cooperate, defect = 4, 5, 11, 12
    assert theirs[here][[oneself, other]].tolist() == [0, 1]
    assert theirs[ahead][[oneself, other]].tolist() == [1, 0]
    assert ours[here][[oneself, other]].tolist() == [1, 0]
    assert ours[ahead][[oneself, other]].tolist() == [0, 1]
    assert theirs[here][[cooperate, defect]].tolist() != [1, 0]
    assert ours[here][[cooperate, defect]].tolist() == [1, 0]
    assert not ours[ahead][[cooperate, defect]].any(), "what others hold is their own affair"


def test_no_two_share_a_cell():
    """For any number: whoever walked into the cell of one who is sent back.

    JaxMARL: shares it.
    Here: is sent back too.
    """
    seen = three().play(start("2> 1> 0^ . . . . ."), TURN_LEFT, FORWARD, FORWARD)
    rows = [drawn(first(seen[name]), "012").split("\n")[0] for name in ("due", "after")]
    assert rows == [". 1>+2> 0< . . . . .", "2> 1> 0< . . . . ."]


def test_who_begins_anew_does_so_on_a_free_cell():
    """For any number: cells of players who begin anew, and of coins that come back.

    JaxMARL: may be taken already.
    Here: are free.
    """
    seen = three().play(start("0> 1< . . . . . 2^", {}, {"01": 1}), STAY, STAY, STAY)
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


def test_a_beam_lights_all_its_empty_cells():
    """For any number: a cell of a beam that is right before a later player who does not zap.

    JaxMARL: is not lit.
    Here: is lit like all empty cells.
    """
    lit = []
    for board in (". 0> . 2< . . . .", ". 2> . 0< . . . ."):
        state = start(f". . . . . . . .\n{board}\n. . . . . . . 1^", {"0": (1, 0), "2": (1, 0)})
        zaps = [ZAP_AHEAD, STAY, STAY]
        seen = three().play(state, *(zaps if "0>" in board else zaps[::-1]))
        lit.append([bool(first(seen[name]).beams[1, 2]) for name in ("due", "after")])
    assert lit == [[False, True], [True, True]]


def test_players_begin_with_any_heading():
    """For any number: the headings with which players begin.

    JaxMARL: never east.
    Here: any of four.
    """
    theirs = np.asarray(three().reset(KEYS).agent_locs)[..., 2]
    game = three().game
    params = game.default_params()
    own = jax.jit(jax.vmap(lambda key: game.reset(key, params)[0].headings))(KEYS)
    assert set(theirs.ravel().tolist()) == {0, 1, 2}
    assert set(np.asarray(own).ravel().tolist()) == {0, 1, 2, 3}


def test_the_last_step_pays():
    """For any number: the last step of an inner episode.

    JaxMARL: pays 0.
    Here: pays like any other.
    """
    held = {"0": (0, 1), "1": (1, 0)}
    for time, theirs in ((150, [5, 5]), (151, [0, 0])):
        state = start("0> 1< . . . . . 2^", held, inner_step=time)
        seen = three().play(state, ZAP_AHEAD, ZAP_AHEAD, STAY)
        assert (seen["theirs"][:, :2] == theirs).all() and (seen["ours"] == [5, 0, 0]).all()


def test_there_are_four_players_by_default():
    """For any number: how many players there are by default.

    JaxMARL: 2.
    Here: 4.
    """
    assert make("storm_np").num_agents == 2
    assert NPlayerSTORM().agents == {"player": 4}

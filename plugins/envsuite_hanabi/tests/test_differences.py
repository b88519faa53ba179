"""Where ours differs from JaxMARL 0.2.0's Hanabi: each test runs both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxmarl.environments.hanabi import Hanabi as Theirs

from envsuite.functional import LegalActions
from envsuite_hanabi.cards import deck_from_text, full_deck
from envsuite_hanabi.env import Hanabi
from envsuite_hanabi.observe import observe
from envsuite_hanabi.state import Params

KEY, ANOTHER = jax.random.key(0), jax.random.key(1)
GAME = LegalActions(Hanabi(2))
STEP, RESET = jax.jit(GAME.step), jax.jit(GAME.reset)
PASS = GAME.env.noop_action
NAMES = [GAME.env.moves.name(action) for action in range(PASS + 1)]
THEIRS: Any = Theirs(num_agents=2)
HANDS = "R1 Y1 G1 W1 B1 R2 R2 Y3 Y3 R3"


def strong(state: Any) -> Any:
    """A state of one type at all times, so that the peer's step is compiled once."""
    return jax.tree.map(lambda leaf: jax.lax.convert_element_type(leaf, leaf.dtype), state)


@jax.jit
def their_reset(deck: Any) -> Any:
    return strong(THEIRS.reset_from_deck_of_pairs(deck)[1])


@jax.jit
def their_step(state: Any, actions: Any) -> tuple[Any, ...]:
    seen, state, reward, _, _ = THEIRS.step_env(jax.random.PRNGKey(0), state, actions)
    return seen, strong(state), reward


def begin(deck: Any = HANDS) -> tuple[Any, Any]:
    """The same deal for both: the peer's state, and ours."""
    own, _ = RESET(KEY, Params(deck_from_text(deck) if isinstance(deck, str) else deck))
    cards = np.asarray(own.inner.deck)
    return their_reset(np.stack(np.divmod(cards, 5), 1)), own


def play(theirs: Any, own: Any, *moves: str) -> tuple[Any, ...]:
    """The same moves by both: the peer's state, what it showed and paid; ours, and its timestep."""
    seen = reward = timestep = None
    for name in moves:
        action = NAMES.index(name)
        actions = {
            agent: jnp.int32(action if theirs.cur_player_idx[seat] else PASS)
            for seat, agent in enumerate(THEIRS.agents)
        }
        seen, theirs, reward = their_step(theirs, actions)
        chosen = np.full(2, PASS)
        chosen[int(own.inner.turn)] = action
        own, timestep = STEP(KEY, own, {"player": chosen}, GAME.default_params())
    return theirs, seen, reward, own, timestep


def test_to_pass_when_to_move_is_not_to_play():
    """An illegal move: passing when one is to move.

    JaxMARL: plays a card, the last.
    Here: is replaced by a legal move and counted in `info["illegal_actions"]`.
    """
    theirs, _, reward, own, timestep = play(*begin(), "pass")
    assert float(reward["agent_0"]) == 1 and theirs.fireworks[4].sum() == 1, "the B1"
    assert timestep.info["illegal_actions"] == 1
    # all information tokens are there, so that the first legal move is to play the oldest card
    assert own.inner.fireworks.tolist() == [1, 0, 0, 0, 0]


def test_an_empty_slot_scores_nothing():
    """An illegal move: playing an empty slot.

    JaxMARL: counts as a red 1, and can score.
    Here: is replaced by a legal move and counted.
    """
    theirs, own = begin("Y4 Y1 G1 W1 B1 R2 R2 Y3 Y3 R3")
    theirs = replace(theirs, player_hands=theirs.player_hands.at[0, 4].set(0))
    hands = own.inner.hands
    cards = replace(hands, cards=hands.cards.at[0, 4].set(-1))
    legal = own.legal["player"].at[0, NAMES.index("play 5")].set(False)
    own = replace(own, inner=replace(own.inner, hands=cards), legal={"player": legal})
    theirs, _, reward, own, timestep = play(theirs, own, "play 5")
    assert float(reward["agent_0"]) == 1 and theirs.fireworks[0].sum() == 1
    assert timestep.reward["player"].tolist() == [0, 0] and timestep.info["illegal_actions"] == 1


def test_hints_cost_a_token():
    """An illegal move: a hint without an information token.

    JaxMARL: is given all the same.
    Here: is replaced by a legal move and counted.
    """
    hints = ["R to +1", "R to +1"] * 4
    theirs, _, _, own, _ = play(*begin(), *hints)
    assert not theirs.info_tokens.any() and own.inner.information == 0
    theirs, _, _, own, timestep = play(theirs, own, "2 to +1")
    assert theirs.ranks_revealed[1].any() and not own.inner.hands.rank_told.any()
    assert timestep.info["illegal_actions"] == 1


def test_a_discard_wants_a_token_to_bring_back():
    """An illegal move: a discard while all information tokens are there.

    JaxMARL: is carried out.
    Here: is replaced by a legal move and counted.
    """
    theirs, _, _, own, timestep = play(*begin(), "discard 2")
    assert theirs.discard_pile.sum() == 1 and not own.inner.discards.any()
    assert timestep.info["illegal_actions"] == 1


def test_masks_come_with_each_step():
    """Masks of legal moves.

    JaxMARL: are given by `get_legal_moves`; `get_avail_actions`, which other games have, fails.
    Here: come with each step, as in every game.
    """
    theirs, own = begin()
    with pytest.raises(NotImplementedError):
        THEIRS.get_avail_actions(theirs)
    masks = jax.jit(THEIRS.get_legal_moves)(theirs)
    own = np.asarray(own.legal["player"])
    np.testing.assert_array_equal(own, np.stack([masks[agent] for agent in THEIRS.agents]))


def test_observations_follow_from_the_state():
    """What observations follow from.

    JaxMARL: two states and the action between them; `step` with a `reset_state` therefore fails.
    Here: the state.
    """
    theirs, own = begin()
    with pytest.raises(TypeError, match="old_state"):
        THEIRS.get_obs(theirs)
    actions = {agent: jnp.int32(PASS) for agent in THEIRS.agents}
    with pytest.raises(TypeError, match="old_state"):
        jax.eval_shape(THEIRS.step, jax.random.PRNGKey(0), theirs, actions, theirs)
    theirs, seen, _, own, timestep = play(theirs, own, "R to +1")
    from_state = jax.jit(observe, static_argnums=0)(GAME.env, own.inner)
    np.testing.assert_array_equal(from_state, timestep.obs["player"])
    np.testing.assert_allclose(from_state[0], seen["agent_0"], atol=1e-6)


def test_a_deck_may_be_given_in_part():
    """A deck of which only the first cards are given.

    JaxMARL: is filled up with copies of the last of them.
    Here: is filled up by drawing from the cards that are left.
    """
    given = deck_from_text(HANDS)
    theirs = their_reset(np.stack(np.divmod(given[:10], 5), 1))
    rest = np.asarray(theirs.deck)[10:].reshape(40, 25)
    assert (rest.sum(-1) == 1).all() and set(rest.argmax(-1).tolist()) == {given[9]}
    decks = [np.asarray(RESET(key, Params(given))[0].inner.deck) for key in (KEY, ANOTHER)]
    for deck in decks:
        np.testing.assert_array_equal(deck[:10], given[:10])
        np.testing.assert_array_equal(np.sort(deck), full_deck(5, (3, 2, 2, 2, 1)))
    assert (decks[0] != decks[1]).any()


def test_a_finished_game_stays_as_it_is():
    """A finished game, if it is played on.

    JaxMARL: goes on, and fireworks grow.
    Here: stays as it is.
    """
    theirs, _, _, own, timestep = play(*begin(), *["R to +1", "play 1"] * 2, "R to +1")
    assert not theirs.terminal and not timestep.terminated["player"].any()
    theirs, _, _, own, timestep = play(theirs, own, "play 1")
    assert theirs.terminal and timestep.terminated["player"].all(), "the third wrong card"
    assert not theirs.fireworks.any() and not own.inner.fireworks.any()
    theirs, _, _, own_on, _ = play(theirs, own, "play 1")
    assert theirs.fireworks.sum() == 1
    leaves = (jax.tree.leaves(state.inner) for state in (own, own_on))
    for before, after in zip(*leaves, strict=True):
        np.testing.assert_array_equal(before, after)


def test_decks_that_cannot_be_give_numbers():
    """Beliefs about a card all of whose kind are gone, which only a deck that cannot be has.

    JaxMARL: are not numbers.
    Here: are 0.
    """
    moves = ["play 1", "play 1", "R to +1", "R to +1", "1 to +1", "play 1"]
    _, seen, _, _, timestep = play(*begin(np.zeros(50, np.int32)), *moves)
    assert np.isnan(seen["agent_0"]).any()
    assert np.isfinite(timestep.obs["player"]).all()

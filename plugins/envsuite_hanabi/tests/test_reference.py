"""Ours against the plain reference, and against JaxMARL's, over random legal games."""

from __future__ import annotations

from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.testing.legal_play import random_actions
from envsuite_hanabi.env import Hanabi
from envsuite_hanabi.tests.reference import Reference

COPIES = 6
GAMES = {
    # so many lives that random play reaches the last round
    Hanabi(2, life_tokens=60): (100, {"the deck is empty"}),
    Hanabi(3): (60, {"no lives"}),
    Hanabi(5): (60, {"no lives"}),
    # small: more ranks than colours, hands of one
    Hanabi(
        4,
        colors=2,
        copies=(3, 2, 1),
        hand_size=1,
        information_tokens=3,
        life_tokens=4,
        beliefs="possible",
    ): (30, {"no lives", "the deck is empty"}),
}


@lru_cache  # both tests look at the games of three
def play(game: Hanabi):
    """Random legal games, finished ones played on: decks and what is seen, `[copies, ...]`."""
    params, moves = game.default_params(), GAMES[game][0]

    def one(key):
        begin, key = jax.random.split(key)
        state, first = game.reset(begin, params)

        def step(carry, key):
            state, seen = carry
            action = random_actions(key, game.action_space, seen, game.agents)
            following, after = game.step(key, state, action, params)
            return (following, after), (action["player"][state.turn], after)

        _, (actions, played) = jax.lax.scan(step, (state, first), jax.random.split(key, moves))
        return state.deck, first, actions, played

    keys = jax.random.split(jax.random.key(0), COPIES)
    return jax.tree.map(np.asarray, jax.jit(jax.vmap(one))(keys))


@pytest.mark.parametrize("game", GAMES, ids=lambda game: f"{game.players}p")
def test_random_legal_games_go_as_in_the_reference(game: Hanabi):
    moves, expected = GAMES[game]
    decks, first, actions, played = play(game)
    ends = set()
    for copy in range(COPIES):
        reference = Reference(
            [divmod(int(card), game.ranks) for card in decks[copy]],
            game.players,
            game.colors,
            game.copies,
            game.hand,
            game.information_tokens,
            game.life_tokens,
            counted=game.beliefs == "counted",
        )
        compare(jax.tree.map(lambda leaf, at=copy: leaf[at], first), reference, 0)
        for move in range(moves):
            reward = 0 if reference.end else reference.act(int(actions[copy, move]))
            seen = jax.tree.map(lambda leaf, at=(copy, move): leaf[at], played)
            compare(seen, reference, reward)
        ends.add(reference.end)
    assert ends == expected, "whole games of all these kinds were meant to be compared"


def compare(seen, reference: Reference, reward: int) -> None:
    """Everything that all the players see."""
    players = range(reference.players)
    expected = [reference.observe(player) for player in players]
    np.testing.assert_allclose(seen.obs["player"], expected, atol=1e-6)
    assert seen.reward["player"].tolist() == [reward] * reference.players
    assert seen.terminated["player"].tolist() == [reference.end is not None] * reference.players
    moving = [player == reference.turn and reference.end is None for player in players]
    assert seen.to_act["player"].tolist() == moving
    legal, passing = reference.legal(), [False] * len(reference.legal())
    assert seen.legal["player"].tolist() == [
        [*legal, False] if moves else [*passing, True] for moves in moving
    ]
    assert seen.info["score"] == (sum(reference.tops) if reference.lives else 0)


def test_random_legal_games_go_as_in_jaxmarl():
    from jaxmarl.environments.hanabi import Hanabi as Theirs

    game, theirs = Hanabi(3), Theirs(num_agents=3)
    decks, first, actions, played = play(game)
    names = theirs.agents
    idle = game.noop_action

    def follow(deck, actions):
        one_hot = jax.nn.one_hot(deck, 25).reshape(-1, 5, 5)
        obs, state = theirs.reset_from_deck(one_hot)

        def step(state, action):
            mine = jnp.where(state.cur_player_idx == 1, action, idle)
            each = {name: mine[seat] for seat, name in enumerate(names)}
            obs, state, reward, done, _ = theirs.step_env(jax.random.key(0), state, each)
            return state, (obs, theirs.get_legal_moves(state), reward, done)

        return obs, theirs.get_legal_moves(state), jax.lax.scan(step, state, actions)[1]

    begun, masks, (obs, legal, reward, done) = jax.jit(jax.vmap(follow))(decks, actions)

    def stack(rows, axis):
        return np.stack([rows[name] for name in names], axis)

    np.testing.assert_allclose(first.obs["player"], stack(begun, 1), atol=1e-6)
    np.testing.assert_array_equal(first.legal["player"], stack(masks, 1))
    # the peer plays finished games on: compared up to the end
    ended = np.asarray(done["__all__"])
    live = np.cumsum(ended, 1) - ended == 0
    assert ended.any(1).all()
    np.testing.assert_allclose(played.obs["player"][live], stack(obs, 2)[live], atol=1e-6)
    np.testing.assert_array_equal(played.reward["player"][live], stack(reward, 2)[live])
    np.testing.assert_array_equal(played.terminated["player"][..., 0][live], ended[live])
    going = live & ~ended
    np.testing.assert_array_equal(played.legal["player"][going], stack(legal, 2)[going])

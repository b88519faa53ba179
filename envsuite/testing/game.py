"""What every game promises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Levels, World
from envsuite.core.spec import EnvSpec, check_id
from envsuite.core.timestep import Timestep
from envsuite.engines.picture import draw
from envsuite.factory import make, spec
from envsuite.functional.struct import over
from envsuite.functional.transform import game_state, unwrapped
from envsuite.testing.legal_play import random_actions

COPIES = 3
MOST_STEPS = 400  # a game without a time limit is watched this long


@dataclass(frozen=True)
class Watched:
    """A few episodes of a game under random legal actions, as NumPy arrays.

    Attributes:
        spec: What the registry says of the game.
        env: The game with its time limit.
        first: The timesteps of the resets, leading axis `[copies]`.
        played: The timesteps of the steps, leading axes `[copies, steps]`.
        live: `bool[copies, steps]`: the episode had not ended before that step.
        last: The states after the last step, leading axis `[copies]`.
    """

    spec: EnvSpec
    env: Any
    first: Timestep[Any]
    played: Timestep[Any]
    live: np.ndarray
    last: Any


@partial(jax.jit, static_argnums=(0, 1))
def _play(env: Any, steps: int, key: jax.Array, params: Any) -> Any:
    def episode(key: jax.Array) -> Any:
        reset_key, play_key = jax.random.split(key)
        state, first = env.reset(reset_key, params)

        def step(carry: Any, key: jax.Array) -> Any:
            state, timestep, ended = carry
            action_key, step_key = jax.random.split(key)
            action = random_actions(action_key, env.action_space, timestep, env.agents)
            state, timestep = env.step(step_key, state, action, params)
            return (state, timestep, ended | over(timestep)), (timestep, ~ended)

        carry = (state, first, jnp.bool_(False))
        (state, _, _), (played, live) = jax.lax.scan(step, carry, jax.random.split(play_key, steps))
        return first, played, live, state

    return jax.vmap(episode)(jax.random.split(key, COPIES))


def watch(id: str | EnvSpec, seed: int = 0, **config: Any) -> Watched:
    """Play a few episodes inside one compiled `vmap` of a `scan`."""
    own = spec(id)
    env = make(own, **config)
    steps = min(own.max_steps or MOST_STEPS, MOST_STEPS)
    seen = _play(env, steps, jax.random.key(seed), env.default_params())
    first, played, live, last = jax.tree.map(_to_numpy, seen)
    return Watched(own, env, first, played, live, last)


def _to_numpy(leaf: jax.Array) -> np.ndarray:
    if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    return np.asarray(leaf)


def id_is_well_formed(watched: Watched) -> None:
    """The id reads namespace/Family-variant, without a version."""
    check_id(watched.spec.id)


def equal_configurations_are_equal(watched: Watched) -> None:
    """Two games of one configuration are equal and hash alike."""
    twin = make(watched.spec)
    assert twin == make(watched.spec) and hash(twin) == hash(make(watched.spec))


def same_key_same_episode(watched: Watched) -> None:
    """The same key plays the same episode."""
    env, steps = watched.env, watched.live.shape[1]
    again = _play(env, steps, jax.random.key(0), env.default_params())
    for path, leaf in jax.tree_util.tree_flatten_with_path((watched.first, watched.played))[0]:
        twin = dict(jax.tree_util.tree_flatten_with_path(again[:2])[0])[path]
        assert np.array_equal(leaf, twin, equal_nan=True), jax.tree_util.keystr(path)


def shapes_never_change(watched: Watched) -> None:
    """Every leaf keeps its shape and dtype from the reset through the episode."""
    first = jax.tree_util.tree_flatten_with_path(watched.first)[0]
    played = jax.tree_util.tree_flatten_with_path(watched.played)[0]
    assert [path for path, _ in first] == [path for path, _ in played], (
        "reset and step return timesteps of different structure (info with the same keys?)"
    )
    for (path, a), (_, b) in zip(first, played, strict=True):
        name = jax.tree_util.keystr(path)
        assert a.shape[1:] == b.shape[2:], f"{name}: {a.shape[1:]} at reset, {b.shape[2:]} after"
        assert a.dtype == b.dtype, f"{name}: {a.dtype} at reset, {b.dtype} after"


def observations_lie_in_their_space(watched: Watched) -> None:
    """Every observation lies in the observation space."""
    space = watched.env.observation_space
    for timestep, live in _moments(watched):
        if not watched.env.agents:
            _assert_contains(space, timestep.obs, live, "obs")
            continue
        assert isinstance(space, spaces.Dict), "with groups, the space is a Dict by group"
        for group, size in watched.env.agents.items():
            for row in range(size):
                own = jax.tree.map(lambda leaf, row=row: leaf[:, row], timestep.obs[group])
                _assert_contains(space[group], own, live, f"obs of {group}_{row}")


def _assert_contains(space: spaces.Space[Any], obs: Any, live: np.ndarray, name: str) -> None:
    if isinstance(space, spaces.Box):  # all at once; one by one is slow
        assert obs.shape[1:] == space.shape, f"{name}: {obs.shape[1:]} in a space {space.shape}"
        assert obs.dtype == space.dtype, f"{name}: {obs.dtype} in a space of {space.dtype}"
        seen = obs[live].astype(np.float64)  # for differences of unsigned numbers wrap round
        if not np.isfinite(seen).all():
            raise AssertionError(f"{name} is not finite")
        beyond = np.maximum(space.low - seen, seen - space.high)
        if seen.size and beyond.max() > 0:
            where = np.unravel_index(np.argmax(beyond), beyond.shape)[1:]
            raise AssertionError(f"{name} leaves its space by {beyond.max()} at {list(where)}")
        return
    for moment in np.flatnonzero(live):
        own = jax.tree.map(lambda leaf, moment=moment: leaf[moment], obs)
        own = space.dtype.type(own) if isinstance(space, spaces.Discrete) else own  # pyright: ignore[reportOptionalMemberAccess] - a Discrete space has a dtype
        assert own in space, f"{name}: {own} is not in {space}"


def rewards_are_finite_float32(watched: Watched) -> None:
    """Rewards are finite float32; a reset pays nothing."""
    for timestep, live in _moments(watched):
        for leaf in jax.tree.leaves(timestep.reward):
            assert leaf.dtype == np.float32, f"reward is {leaf.dtype}"
            assert np.isfinite(leaf[live]).all(), "a reward is not finite"
    for leaf in jax.tree.leaves(watched.first.reward):
        assert not leaf.any(), "a reset pays a reward"


def flags_are_bool(watched: Watched) -> None:
    """Terminated, truncated, legal and to_act are bool, shaped like the agents."""
    for timestep in (watched.first, watched.played):
        for name in ("terminated", "truncated", "legal", "to_act"):
            for leaf in jax.tree.leaves(getattr(timestep, name)):
                assert leaf.dtype == np.bool_, f"{name} is {leaf.dtype}"
    for group, size in watched.env.agents.items():
        assert watched.first.terminated[group].shape == (COPIES, size), group
        assert watched.first.reward[group].shape == (COPIES, size), group


def nobody_is_dead_at_the_start(watched: Watched) -> None:
    """No episode begins terminated or truncated."""
    for leaf in jax.tree.leaves((watched.first.terminated, watched.first.truncated)):
        assert not leaf.any()


def dead_stay_dead(watched: Watched) -> None:
    """An agent that has terminated stays so until the episode ends."""
    for leaf in jax.tree.leaves(watched.played.terminated):
        shape = watched.live.shape + (1,) * (leaf.ndim - 2)
        lives = watched.live.reshape(shape)[:, 1:]
        assert not (leaf[:, :-1] & ~leaf[:, 1:] & lives).any(), "an agent came back to life"


def only_the_time_limit_truncates(watched: Watched) -> None:
    """Only the time limit truncates, exactly at its step."""
    truncated, limit = watched.played.truncated & watched.live, watched.spec.max_steps
    if limit is None:
        assert not truncated.any(), "the game sets truncated: leave it to TimeLimit"
    elif limit <= truncated.shape[1]:
        assert not truncated[:, : limit - 1].any(), f"truncated before step {limit}"
        assert truncated[:, limit - 1][watched.live[:, limit - 1]].all(), "not truncated in time"


def the_episode_ends(watched: Watched) -> None:
    """The episode ends within its limit, or within 400 steps of random play."""
    steps = watched.live.shape[1]
    limit = watched.spec.max_steps
    if limit is not None and limit > MOST_STEPS:
        return  # too long to watch to the end; the time limit is tested on its own
    ended = ~watched.live[:, -1] | watched.played.truncated[:, -1]
    ended |= _all_terminated(watched)[:, -1]
    assert ended.all(), f"an episode goes on after {steps} steps: set max_steps in the registry"


def _all_terminated(watched: Watched) -> np.ndarray:
    leaves = jax.tree.leaves(watched.played.terminated)
    return np.all([leaf.reshape(*watched.live.shape, -1).all(-1) for leaf in leaves], axis=0)


def a_mask_leaves_a_legal_action(watched: Watched) -> None:
    """A mask always leaves a legal action, to the dead as well."""
    for timestep, live in _moments(watched):
        for leaf in jax.tree.leaves(timestep.legal):
            assert leaf[live].any(-1).all(), "an agent has no legal action"


def someone_is_to_act(watched: Watched) -> None:
    """In a turn-based game, someone who is alive is to move."""
    for timestep, live in _moments(watched):
        if timestep.to_act is None:
            return
        dead = jax.tree.leaves(timestep.terminated)
        acts = [
            (turn & ~gone).reshape(len(live), -1).any(-1)
            for turn, gone in zip(jax.tree.leaves(timestep.to_act), dead, strict=True)
        ]
        ended = np.all([gone.reshape(len(live), -1).all(-1) for gone in dead], axis=0)
        assert (np.any(acts, axis=0) | ended)[live].all(), "nobody is to move"


def the_world_lies_in_its_space(watched: Watched) -> None:
    """The global state, if the game shows one, lies in its space."""
    game = unwrapped(watched.env)
    if isinstance(game, World):
        state = jax.tree.map(lambda leaf: leaf[0], game_state(watched.env, watched.last))
        assert np.asarray(game.world(state)) in game.world_space


def levels_can_be_played(watched: Watched) -> None:
    """Levels, if the game has them, are params: drawn ones and mutated ones can be played."""
    if not isinstance(unwrapped(watched.env), Levels):
        return
    game: Any = unwrapped(watched.env)
    level = game.sample(jax.random.key(1))
    default = jax.tree.structure(game.default_params())
    for params in (level, game.mutate(jax.random.key(2), level)):
        assert jax.tree.structure(params) == default, "a level is not like the default params"
        _, timestep = watched.env.reset(jax.random.key(3), params)
        assert not np.asarray(over(timestep)), "a level begins at its end"


def the_game_can_be_drawn(watched: Watched) -> None:
    """A state can be drawn, where the registry names a drawing: uint8[height, width, 3]."""
    if watched.spec.render is None:
        return
    state = jax.tree.map(lambda leaf: leaf[0], game_state(watched.env, watched.last))
    game: Any = unwrapped(watched.env)
    picture = draw(watched.spec, game, state, watched.env.default_params())
    assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3, (
        f"the picture is {picture.dtype}{list(picture.shape)}"
    )


def _moments(watched: Watched) -> list[tuple[Timestep[Any], np.ndarray]]:
    """All timesteps as one batch each: `[moments, ...]`, and which of them count."""
    flat = jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), watched.played)
    return [(watched.first, np.ones(COPIES, bool)), (flat, watched.live.reshape(-1))]


PROMISES = (
    id_is_well_formed,
    equal_configurations_are_equal,
    same_key_same_episode,
    shapes_never_change,
    observations_lie_in_their_space,
    rewards_are_finite_float32,
    flags_are_bool,
    nobody_is_dead_at_the_start,
    dead_stay_dead,
    only_the_time_limit_truncates,
    the_episode_ends,
    a_mask_leaves_a_legal_action,
    someone_is_to_act,
    the_world_lies_in_its_space,
    levels_can_be_played,
    the_game_can_be_drawn,
)

"""JaxMARL's SMAX beside ours: the same states, and the same draws on both sides.

The peer draws inside its step, where no argument reaches. While its step is traced, the two drawing
functions it uses are replaced by ones that answer with given numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
from jaxmarl import make
from jaxmarl.environments.smax import map_name_to_scenario

from envsuite_smax.actions import MOVE_ACTIONS
from envsuite_smax.env import SMAX
from envsuite_smax.state import State

LOW, HIGH = -1 / 16, 2 / 16


class Draws:
    """In place of the peer's draws: rows `f32[units]` in [0, 1) that both sides are given.

    The peer draws for one unit inside a map over units; what stands in for it answers the map with
    the whole row. All ticks of a step get the same row, which is as good as one each while no
    weapon fires twice in a step.
    """

    def __init__(self, noise: jax.Array, walk: jax.Array, attack: jax.Array) -> None:
        """Say what is drawn for cooldowns, for whom to walk to and for whom to shoot at."""
        self.noise, self.walk, self.attack = noise, walk, attack

    def uniform(self, key: Any, *, minval: Any, maxval: Any) -> Any:
        """In place of `jax.random.uniform`."""
        assert (minval, maxval) == (LOW, HIGH)
        return self._answer(key, LOW + (HIGH - LOW) * self.noise)

    def choice(self, key: Any, options: Any, *, p: Any) -> Any:
        """In place of `jax.random.choice`: one of the options with a positive chance.

        All such are as likely in the peer's use. The attack is drawn among slots, the walk among
        places.
        """
        draw = self._answer(key, self.attack if jnp.ndim(options) == 1 else self.walk)
        candidates = p > 0
        wanted = jnp.floor(draw * candidates.sum()).astype(int)
        return jnp.asarray(options)[jnp.argmax(jnp.cumsum(candidates) > wanted)]

    def _answer(self, key: Any, row: jax.Array) -> jax.Array:
        @jax.custom_batching.custom_vmap
        def draw(key: Any, row: jax.Array) -> jax.Array:
            return jnp.float32(jnp.nan)  # no comparison survives it, should it ever be used

        @draw.def_vmap
        def _(size: int, batched: Any, keys: Any, row: jax.Array) -> tuple[jax.Array, bool]:
            assert size == row.size
            return row, True

        return draw(key, row)


class Peer:
    """One of JaxMARL's SMAX environments, compiled, its draws given."""

    def __init__(self, id: str, scenario: str, **options: Any) -> None:
        """Make it by its own names."""
        self.env: Any = make(id, scenario=map_name_to_scenario(scenario), **options)
        self.scripted = id != "SMAX"
        self._step = jax.jit(self._traced_step)

    def begin(self, random: np.random.Generator, env: SMAX) -> tuple[Any, Any]:
        """A first state of the peer's, with units of `env` anywhere, and masks that only move.

        Compiling the peer's own reset would take longer than a battle.
        """
        types = env.type_ids.copy()
        allies, count = env.teams["ally"], types.size
        types[types < 0] = random.integers(0, 6, (types < 0).sum())
        state = jax.eval_shape(self.env.reset, jax.random.PRNGKey(0))[1]
        state = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), state)
        inner = replace(
            state.state if self.scripted else state,
            unit_positions=random.uniform(6, 26, (count, 2)).astype(np.float32),
            unit_alive=np.ones(count, bool),
            unit_teams=(np.arange(count) >= allies).astype(np.float32),
            unit_health=env.default_params().health[types],
            unit_types=types.astype(np.uint8),
        )
        if not self.scripted:
            state = inner
        else:
            last = np.full_like(state.enemy_policy_state.last_attacked_enemy, -1)
            memory = replace(state.enemy_policy_state, last_attacked_enemy=last)
            state = replace(state, state=inner, enemy_policy_state=memory)
        masks = {
            f"{team}_{index}": np.arange(MOVE_ACTIONS + count - size) < MOVE_ACTIONS
            for team, size in env.agents.items()
            for index in range(size)
        }
        return state, masks

    def step(self, draws: dict[str, np.ndarray], state: Any, action: Any) -> tuple[Any, ...]:
        """Observations, state, masks, rewards, dones."""
        return self._step(jax.random.PRNGKey(0), state, action, draws)

    def state(self, state: Any) -> State:
        """The peer's state as ours."""
        inner = state.state if self.scripted else state
        enemies = inner.unit_alive.size - self.env.num_allies
        if self.scripted:
            memory = state.enemy_policy_state
            target_points, last = memory.default_target, memory.last_attacked_enemy
        else:
            target_points, last = jnp.zeros((enemies, 2)), jnp.full(enemies, -1)
        return State(
            positions=inner.unit_positions,
            health=inner.unit_health,
            types=inner.unit_types.astype(jnp.int32),
            cooldowns=inner.unit_weapon_cooldowns,
            previous_moves=inner.prev_movement_actions,
            previous_attacks=inner.prev_attack_actions,
            shots=jnp.full(inner.unit_alive.size, -1, jnp.int32),
            target_points=target_points,
            last_attacked=last,
        )

    def _traced_step(self, key: Any, state: Any, action: Any, draws: Any) -> tuple[Any, ...]:
        stand_in = Draws(**draws)
        with (
            mock.patch("jax.random.uniform", stand_in.uniform),
            mock.patch("jax.random.choice", stand_in.choice),
        ):
            observations, state, rewards, dones, _ = self.env.step_env(key, state, action)
        # A state of one and the same type before and after: the peer's step must be traced once
        # only, for its own compiled functions remember the draws of their first time.
        state = jax.tree.map(lambda leaf: jax.lax.convert_element_type(leaf, leaf.dtype), state)
        return observations, state, self.env.get_avail_actions(state), rewards, dones


def draw(random: np.random.Generator, env: SMAX) -> dict[str, np.ndarray]:
    """What `Draws` is made from, for one step."""
    sizes = {"noise": sum(env.teams.values()), "walk": env.teams["enemy"]}
    sizes["attack"] = sizes["walk"]
    return {name: random.random(size, np.float32) for name, size in sizes.items()}


def seconds(draws: dict[str, np.ndarray]) -> Any:
    """What chance adds to cooldowns, `f32[1, n]`."""
    return np.float32(LOW) + np.float32(HIGH - LOW) * draws["noise"][None]


def rows(values: Any, team: str) -> np.ndarray:
    """The peer's values by agent name as one array over a team."""
    count = sum(name.startswith(team) for name in values)
    return np.stack([np.asarray(values[f"{team}_{index}"]) for index in range(count)])


def random_legal(random: np.random.Generator, masks: Any) -> dict[str, Any]:
    """Any legal action, shots twice as likely."""
    actions = {}
    for name, mask in masks.items():
        weights = np.asarray(mask) * np.where(np.arange(mask.size) < 5, 1.0, 2.0)
        actions[name] = jnp.int32(random.choice(mask.size, p=weights / weights.sum()))
    return actions

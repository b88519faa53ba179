"""JaxMARL's SMAX beside ours: the same states, and the same draws on both sides.

The peer draws inside its step, where no argument reaches. While its step is traced, the two drawing
functions it uses are replaced by ones that also hand over what they drew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import io_callback
from jaxmarl import make
from jaxmarl.environments.smax import map_name_to_scenario

from envsuite_smax.state import State

UNIFORM = jax.random.uniform
NOISE = "uniform -0.0625"
"""The draws that change cooldowns."""


@dataclass
class Recorder:
    """What the peer drew, in order: rows over units for each kind of draw."""

    draws: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget everything, once what is under way has arrived."""
        jax.effects_barrier()
        self.draws.clear()

    def take(self, kind: str) -> np.ndarray:
        """All draws of one kind, `[draws, units]`."""
        jax.effects_barrier()
        return np.stack(self.draws[kind])

    def hand_over(self, kind: str, key: jax.Array, low: float, high: float) -> jax.Array:
        """Draw one number; when mapped over units, hand over the whole row."""

        def note(row: np.ndarray) -> None:
            self.draws.setdefault(kind, []).append(np.asarray(row))

        @jax.custom_batching.custom_vmap
        def draw(key: jax.Array) -> jax.Array:
            return UNIFORM(key, minval=low, maxval=high)

        @draw.def_vmap
        def _(size: int, batched: Any, keys: jax.Array) -> tuple[jax.Array, bool]:
            row = jax.vmap(lambda key: UNIFORM(key, minval=low, maxval=high))(keys)
            io_callback(note, None, row, ordered=True)
            return row, True

        return draw(key)

    def uniform(self, key: Any, shape: Any = (), *_: Any, minval: Any = 0, maxval: Any = 1) -> Any:
        """In place of `jax.random.uniform`."""
        return self.hand_over(f"uniform {minval}", key, minval, maxval)

    def choice(self, key: Any, options: Any, *_: Any, p: Any) -> Any:
        """In place of `jax.random.choice`: one of the options with a positive chance.

        All such are as likely in the peer's use.
        """
        options = jnp.asarray(options)
        draw = self.hand_over(f"choice {options.ndim}", key, 0.0, 1.0)
        candidates = p > 0
        wanted = jnp.floor(draw * candidates.sum()).astype(int)
        return options[jnp.argmax(jnp.cumsum(candidates) > wanted)]


class Peer:
    """One of JaxMARL's SMAX environments, compiled, with its draws recorded."""

    def __init__(self, id: str, scenario: str, **options: Any) -> None:
        """Make it by its own names."""
        self.env = make(id, scenario=map_name_to_scenario(scenario), **options)
        self.recorder = Recorder()
        self.scripted = id != "SMAX"
        self._reset = jax.jit(lambda key: self._masked(*self.env.reset(key)))
        self._step = jax.jit(self._traced_step)

    def reset(self, seed: int) -> tuple[Any, Any, Any]:
        """Observations, state, masks."""
        return self._reset(jax.random.PRNGKey(seed))

    def step(self, seed: int, state: Any, action: Any) -> tuple[Any, ...]:
        """Observations, state, masks, rewards, dones; draws since are in the recorder."""
        self.recorder.clear()
        return self._step(jax.random.PRNGKey(seed), state, action)

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

    def _masked(self, observations: Any, state: Any) -> tuple[Any, Any, Any]:
        return observations, state, self.env.get_avail_actions(state)

    def _traced_step(self, key: Any, state: Any, action: Any) -> tuple[Any, ...]:
        with (
            mock.patch("jax.random.uniform", self.recorder.uniform),
            mock.patch("jax.random.choice", self.recorder.choice),
        ):
            observations, state, rewards, dones, _ = self.env.step_env(key, state, action)
        return *self._masked(observations, state), rewards, dones


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

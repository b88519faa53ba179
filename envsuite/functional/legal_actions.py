"""The only place that decides what an illegal action does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
from gymnasium import spaces

from envsuite.core.timestep import PerAgent, Timestep
from envsuite.functional.struct import struct
from envsuite.functional.transform import Transform


@struct
class Guarded:
    """A state, and what its last timestep allowed."""

    inner: Any
    legal: PerAgent | None
    acting: PerAgent  # bool[] or {group: bool[n]}: alive and to move


@dataclass(frozen=True)
class LegalActions(Transform):
    """Plays the no-op in place of an illegal action, and counts it.

    A discrete action is illegal where the mask forbids it or the space lacks it; the game's
    `noop_action` is played instead, or the first legal action where the no-op is itself illegal.
    A continuous action is illegal where it is not finite; zero, clipped into the space, is played
    instead, and finite values are clipped into the space. `info["illegal_actions"]`, `i32[]`, is
    the number of agents alive and to move whose action was illegal in this step.
    """

    def reset(self, key: jax.Array, params: Any) -> tuple[Guarded, Timestep[Any]]:
        """Begin an episode with nothing illegal done."""
        state, timestep = self.env.reset(key, params)
        return self._guard(state, timestep, jnp.int32(0))

    def step(
        self, key: jax.Array, state: Guarded, action: Any, params: Any
    ) -> tuple[Guarded, Timestep[Any]]:
        """Play the legal part of `action`."""
        space = self.env.action_space
        if self.env.agents:
            played, wrong = {}, jnp.int32(0)
            for group in self.env.agents:
                mask = None if state.legal is None else state.legal[group]
                played[group], count = self._substitute(
                    space[group], action[group], mask, state.acting[group]
                )
                wrong = wrong + count
        else:
            played, wrong = self._substitute(space, action, state.legal, state.acting)
        inner, timestep = self.env.step(key, state.inner, played, params)
        return self._guard(inner, timestep, wrong)

    def inner_state(self, state: Guarded) -> Any:
        """The state without its mask."""
        return state.inner

    def _substitute(
        self, space: spaces.Space[Any], action: Any, mask: jax.Array | None, acting: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """The action to play and the number of illegal ones among those who act."""
        if isinstance(space, spaces.Discrete):
            action = jnp.asarray(action, jnp.int32)
            legal = (action >= 0) & (action < space.n)
            instead = jnp.full_like(action, self.env.noop_action)
            if mask is not None:
                index = jnp.clip(action, 0, mask.shape[-1] - 1)
                legal &= jnp.take_along_axis(mask, index[..., None], axis=-1)[..., 0]
                instead = jnp.where(
                    mask[..., self.env.noop_action], instead, jnp.argmax(mask, axis=-1)
                )
            return jnp.where(legal, action, instead), jnp.sum(acting & ~legal, dtype=jnp.int32)
        if isinstance(space, spaces.MultiDiscrete):
            action = jnp.asarray(action, jnp.int32)
            fits = (action >= 0) & (action < jnp.asarray(space.nvec))
            axes = tuple(range(acting.ndim, action.ndim))
            wrong = jnp.sum(acting & ~fits.all(axes), dtype=jnp.int32)
            return jnp.where(fits, action, 0), wrong
        assert isinstance(space, spaces.Box), f"no rule for actions of {space}"
        action = jnp.asarray(action, space.dtype)
        finite = jnp.isfinite(action)
        axes = tuple(range(acting.ndim, action.ndim))
        wrong = jnp.sum(acting & ~finite.all(axes), dtype=jnp.int32)
        return jnp.clip(jnp.where(finite, action, 0), space.low, space.high), wrong

    def _guard(
        self, state: Any, timestep: Timestep[Any], wrong: jax.Array
    ) -> tuple[Guarded, Timestep[Any]]:
        """Remember what is allowed next."""
        acting = jax.tree.map(jnp.logical_not, timestep.terminated)
        if timestep.to_act is not None:
            acting = jax.tree.map(jnp.logical_and, acting, timestep.to_act)
        info = {**timestep.info, "illegal_actions": wrong}
        return Guarded(state, timestep.legal, acting), replace(timestep, info=info)

"""Games in which a teacher builds levels, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Editor
from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import Transform, game_state, unwrapped


@dataclass(frozen=True)
class Endless(Transform):
    """A game that never says that it is over, so that its last state stays to be looked at."""

    def step(
        self, key: jax.Array, state: Any, action: Any, params: Any
    ) -> tuple[Any, Timestep[Any]]:
        """Play one step."""
        state, timestep = self.env.step(key, state, action, params)
        no = jnp.zeros_like(timestep.terminated)
        return state, replace(timestep, terminated=no, truncated=jnp.bool_(False))


def count_edits(editor: Env[Any, Any], most: int = 10_000) -> int:
    """How many steps an episode of an editor has.

    Raises:
        TypeError: If the game is no editor.
        ValueError: If an episode does not end within `most` steps.
    """
    if not isinstance(unwrapped(editor), Editor):
        raise TypeError(
            f"{type(unwrapped(editor)).__name__} builds no levels: give an editor, a game with "
            "`level(state)` (envsuite.Editor)"
        )
    params = editor.default_params()

    def play_on(carry: Any) -> Any:
        steps, state, _ = carry
        space = editor.action_space
        dtype = jax.dtypes.canonicalize_dtype(space.dtype)  # Gymnasium's integers have 64 bits
        action = jnp.full(space.shape, getattr(space, "start", 0), dtype)
        state, timestep = editor.step(jax.random.key(0), state, action, params)
        return steps + 1, state, jnp.all(timestep.terminated) | timestep.truncated

    def play() -> jax.Array:
        state, _ = editor.reset(jax.random.key(0), params)
        begun = (jnp.int32(0), state, jnp.bool_(False))
        goes_on = lambda carry: ~carry[2] & (carry[0] < most)  # noqa: E731
        steps, _, over = jax.lax.while_loop(goes_on, play_on, begun)
        return jnp.where(over, steps, 0)

    edits = int(jax.jit(play)())
    if not edits:
        raise ValueError(
            f"an episode of {type(unwrapped(editor)).__name__} has no end: give it max_steps"
        )
    return edits


def check_levels(editor: Env[Any, Any], level: Any) -> None:
    """Raise `TypeError` unless an editor's levels are of the shape of `level`."""
    game: Any = unwrapped(editor)

    def build(key: jax.Array) -> Any:
        state, _ = editor.reset(key, editor.default_params())
        return game.level(game_state(editor, state))

    built, due = jax.eval_shape(build, jax.random.key(0)), jax.eval_shape(lambda: level)
    shapes = [[leaf.shape for leaf in jax.tree.leaves(tree)] for tree in (built, due)]
    if jax.tree.structure(built) != jax.tree.structure(due) or shapes[0] != shapes[1]:
        raise TypeError(
            f"{type(game).__name__} builds levels that the game cannot play: {built}, where {due} "
            "is due; give both the same size"
        )

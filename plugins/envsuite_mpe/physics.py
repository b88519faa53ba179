"""How particles push each other and move."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_mpe.state import Params, State
from envsuite_mpe.view import NEAREST, distance


def contact_forces(state: State, params: Params, *, solid: int) -> jax.Array:
    """The forces by which bodies that touch are pushed apart, `f32[n, 2]`.

    Two of them that overlap by `depth` push with `contact_force * depth`; `contact_margin` makes
    the force set in smoothly. Two in exactly the same place have no direction to go and are left
    there.

    Args:
        state: The world.
        params: The numbers of the game.
        solid: How many entities, from the first on, take part.
    """
    agents = state.velocities.shape[0]
    if solid == 0:
        return jnp.zeros((agents, 2), jnp.float32)
    pushed = min(agents, solid)
    # x and y apart, for that is several times faster on a CPU than pairs of them
    x, y = state.positions[:solid, 0], state.positions[:solid, 1]
    right, up = x - x[:pushed, None], y - y[:pushed, None]
    gap = jnp.sqrt(jnp.maximum(right * right + up * up, NEAREST))
    reach = params.radius[:pushed, None] + params.radius[:solid]
    inside = (reach - gap) / params.contact_margin
    # log(1 + exp(inside)), which would overflow as it stands
    softened = jnp.maximum(inside, 0.0) + jnp.log1p(jnp.exp(-jnp.abs(inside)))
    strength = params.contact_force * params.contact_margin * softened / gap
    strength = jnp.where(np.eye(pushed, solid, dtype=bool), 0.0, strength)
    forces = -jnp.stack([(strength * right).sum(axis=1), (strength * up).sum(axis=1)], axis=1)
    return jnp.concatenate([forces, jnp.zeros((agents - pushed, 2), jnp.float32)])


def move(
    state: State, forces: jax.Array, params: Params, *, moves: np.ndarray, semi_implicit: bool
) -> tuple[jax.Array, jax.Array]:
    """Let time pass for one step.

    Args:
        state: The world.
        forces: `f32[n, 2]`, on each agent.
        params: The numbers of the game.
        moves: `bool[n]`, who can move at all.
        semi_implicit: Whether the new velocity moves a particle in this step (Euler's
            semi-implicit rule); otherwise the old one does (the explicit rule).

    Returns:
        Positions `f32[m, 2]` and velocities `f32[n, 2]`.
    """
    kept = state.velocities * (1.0 - params.damping)
    velocities = kept + forces / params.mass[:, None] * params.time_step
    speed = distance(velocities)
    allowed = jnp.minimum(speed, params.max_speed) / speed
    velocities = jnp.where(moves[:, None], velocities * allowed[:, None], 0.0)
    moved = (velocities if semi_implicit else state.velocities) * params.time_step
    agents = len(moves)
    agent_positions = state.positions[:agents] + jnp.where(moves[:, None], moved, 0.0)
    return jnp.concatenate([agent_positions, state.positions[agents:]]), velocities

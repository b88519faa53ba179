"""How particles push each other and move."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.functional.curves import softplus
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import distance, length


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
    gap = length(right, up)
    reach = params.radius[:pushed, None] + params.radius[:solid]
    inside = (reach - gap) * (1.0 / params.contact_margin)
    strength = params.contact_force * params.contact_margin * softplus(inside)
    strength = jnp.where(np.eye(pushed, solid, dtype=bool), 0.0, strength)
    # Quotients are summed, not products, which a compiler fuses into the sum or not as it likes,
    # and one after the other: the compiled twin has to round alike, for crowds magnify the last bit
    pushes = [(strength * part / gap).T for part in (right, up)]
    forces = -jnp.stack([sum(push, jnp.zeros(pushed)) for push in pushes], axis=1)
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
    # one product is added at a time, and none is divided by a constant: this rounds in one way only
    kept = state.velocities - params.damping * state.velocities
    velocities = kept + forces * params.time_step * (1.0 / params.mass[:, None])
    speed = distance(velocities)
    allowed = jnp.minimum(speed, params.max_speed) / speed
    velocities = jnp.where(moves[:, None], velocities * allowed[:, None], 0.0)
    agents, going = len(moves), velocities if semi_implicit else state.velocities
    # who does not move has no velocity either
    agent_positions = state.positions[:agents] + going * params.time_step
    return jnp.concatenate([agent_positions, state.positions[agents:]]), velocities

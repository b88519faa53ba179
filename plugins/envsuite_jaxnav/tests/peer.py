"""JaxMARL 0.2.0's JaxNav beside ours: whole episodes of many of its copies, and its states as ours.

It prints and warns when it is imported and made; that is none of these tests' business.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxmarl import make

from envsuite_jaxnav.env import JaxNav
from envsuite_jaxnav.state import Level, Params, State

PEER_SPACING = 6 / 119
"""Metres between the points along a beam that the peer looks at; ours are 0.05 apart."""

LIKE_THE_PEER: dict[str, Any] = {
    "finished": "drive",
    "lidar_arc": math.nextafter(2 * math.pi, 0),  # both ends of the circle, as the peer has it
}


class Peer:
    """One of JaxMARL's JaxNav environments."""

    def __init__(self, robots: int, **options: Any) -> None:
        """Make it by its own names."""
        self.robots = robots
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.env: Any = make("jaxnav", num_agents=robots, **options)
            self.reset = jax.jit(jax.vmap(self.env.reset))
        self.step = jax.jit(self.env.step_env)

    def episodes(self, actions: np.ndarray, *, discrete: bool = False) -> tuple[Any, ...]:
        """Play episodes side by side, without resets.

        Args:
            actions: `[steps, copies, robots, ...]`.
            discrete: Whether actions are whole numbers.

        Returns:
            States `[steps + 1, copies, ...]` as the peer has them, and observations, rewards,
            `__all__` dones and infos, `[steps, copies, ...]`.
        """
        copies = actions.shape[1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, first = self.reset(jax.random.split(jax.random.PRNGKey(0), copies))

            def step(state: Any, action: Any) -> Any:
                chosen = {f"agent_{robot}": action[:, robot] for robot in range(self.robots)}
                keys = jax.random.split(jax.random.PRNGKey(1), copies)
                obs, after, reward, done, info = jax.vmap(self.env.step_env)(keys, state, chosen)
                after = jax.tree.map(lambda a, b: a.astype(b.dtype), after, state)
                shown = (self.stack(obs), self.stack(reward), done["__all__"], info)
                return after, (after, *shown)

            first = jax.tree.map(lambda leaf: jax.lax.convert_element_type(leaf, leaf.dtype), first)
            _, (states, *shown) = jax.jit(lambda s, a: jax.lax.scan(step, s, a))(
                first, jnp.asarray(actions)
            )
        states = jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), first, states)
        return jax.device_get((states, *shown))

    def stack(self, values: Any) -> Any:
        """By agent name as one array over robots, `[copies, robots, ...]`."""
        rows = [values[f"agent_{robot}"] for robot in range(self.robots)]
        return jnp.stack(rows, axis=1)


def ours(state: Any, own_share: float = 0.5) -> State:
    """A state of the peer's, or a batch of them, as ours."""
    batch = np.shape(state.step)
    level = Level(
        walls=jnp.asarray(state.map_data) > 0,
        obstacles=jnp.zeros((*batch, 0, 6, 2)),
        starts=state.pos,
        headings=state.theta,
        goals=state.goal,
    )
    return State(
        positions=jnp.asarray(state.pos),
        headings=jnp.asarray(state.theta),
        velocities=jnp.asarray(state.vel),
        reached=jnp.asarray(state.goal_reached),
        hit_map=jnp.asarray(state.move_term),
        hit_robot=jnp.zeros_like(jnp.asarray(state.move_term)),
        level=level,
        own_share=jnp.full(batch, own_share),
    )


def params_like_the_peer(env: JaxNav) -> Params:
    """Our numbers with the peer's spacing along beams."""
    return replace(env.default_params(), lidar_resolution=np.float32(PEER_SPACING))

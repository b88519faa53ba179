"""What a task's observations are measured in while its world is sought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_synthetic.network import Network, World


@dataclass(frozen=True)
class Units:
    """A normaliser: an observation is `mean + scale * number`.

    A search changes all weights by like amounts. Where a task's velocities are hundredths and its
    positions are about one, it would never find what the velocity is worth; so it moves in numbers
    of size one, and the weights that ship have the units folded in.

    Attributes:
        mean: One figure for each of an observation.
        scale: Likewise, above 0.

    Raises:
        ValueError: On construction, for lengths that differ or a scale that is not above 0.
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]

    def __post_init__(self) -> None:
        """Accept lists; refuse what cannot be divided by."""
        object.__setattr__(self, "mean", tuple(map(float, self.mean)))
        object.__setattr__(self, "scale", tuple(map(float, self.scale)))
        if len(self.mean) != len(self.scale):
            raise ValueError(f"{len(self.mean)} means and {len(self.scale)} scales of observations")
        if not all(scale > 0 for scale in self.scale):
            raise ValueError(f"every scale must be above 0, not {self.scale}")

    def numbers(self, observations: jax.Array) -> jax.Array:
        """Observations `f32[..., size]` in these units."""
        return (observations - np.asarray(self.mean, np.float32)) / np.asarray(
            self.scale, np.float32
        )

    def fold(self, world: World) -> World:
        """A world of numbers as the same world of observations."""
        return replace(
            world,
            start=self._shown(world.start, self.mean),
            reward=self.told(world.reward),
            # a change has no mean: it is added to what was seen
            change=world.change and self._shown(self.told(world.change), np.zeros(len(self.mean))),
            end=world.end and self.told(world.end),
        )

    def told(self, network: Network) -> Network:
        """A network that is told an observation in its first inputs."""
        mean, scale = np.asarray(self.mean, np.float32), np.asarray(self.scale, np.float32)
        size = len(mean)
        weights = network.hidden_weights[:size] / scale[:, None]
        return replace(
            network,
            hidden_weights=jnp.concatenate([weights, network.hidden_weights[size:]]),
            hidden_bias=network.hidden_bias - mean @ weights,
        )

    def _shown(self, network: Network, mean: Any) -> Network:
        """One that says an observation, or a change of one."""
        scale = np.asarray(self.scale, np.float32)
        return replace(
            network,
            out_weights=network.out_weights * scale,
            out_bias=network.out_bias * scale + np.asarray(mean, np.float32),
        )

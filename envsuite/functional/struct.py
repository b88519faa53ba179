"""Frozen dataclasses as JAX pytrees, and choosing between two of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar, dataclass_transform

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import KeptLevels, Outcome, Proposal
from envsuite.core.timestep import Timestep

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def struct(cls: type[T]) -> type[T]:
    """Make `cls` a frozen dataclass whose fields are the children of a pytree.

    Change one with `dataclasses.replace`. Instances compare by identity: the equality of arrays
    is an array, which no caller expects of `==`.
    """
    frozen: Any = dataclass(frozen=True, eq=False)(cls)
    names = [field.name for field in fields(frozen)]
    return jax.tree_util.register_dataclass(frozen, data_fields=names, meta_fields=[])


def tree_where(condition: jax.Array, new: T, old: T) -> T:
    """Choose leaf by leaf.

    Args:
        condition: `bool[...]`; its axes are the leading axes of every leaf.
        new: Pytree taken where the condition holds.
        old: Pytree of the same structure taken elsewhere.
    """

    def choose(a: jax.Array, b: jax.Array) -> jax.Array:
        shape = condition.shape + (1,) * (jnp.ndim(a) - condition.ndim)
        return jnp.where(condition.reshape(shape), a, b)

    return jax.tree.map(choose, new, old)


def over(timestep: Timestep[Any]) -> jax.Array:
    """Whether the episode has ended: every agent has terminated, or time is up. `bool[]`."""
    flags = [jnp.all(leaf) for leaf in jax.tree.leaves(timestep.terminated)]
    ended = jnp.stack(flags).all() if len(flags) > 1 else flags[0]
    return ended | timestep.truncated


for _message in (Timestep, Proposal, Outcome, KeptLevels):
    jax.tree_util.register_dataclass(
        _message, data_fields=[field.name for field in fields(_message)], meta_fields=[]
    )

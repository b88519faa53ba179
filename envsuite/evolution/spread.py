"""One function over many members, dealt out to devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

MEMBERS = "members"


def mesh_of(devices: Sequence[Any] | None = None) -> Mesh:
    """The devices that share the members, of all processes if there are several; all by default."""
    return Mesh(np.asarray(devices if devices is not None else jax.devices()), (MEMBERS,))


def everywhere(mesh: Mesh, tree: Any) -> Any:
    """The same NumPy arrays on every device of the mesh, be it of this process or another's."""
    return jax.device_put(tree, NamedSharding(mesh, PartitionSpec()))


def spread(function: Callable[[Any, Any], jax.Array], mesh: Mesh, batch: int) -> Callable[..., Any]:
    """`function(shared, member)`, for members stacked along the first axis.

    Members are computed in batches of a fixed size whatever the number of devices, so that each
    is computed by the same program and comes out the same to the last bit. Devices have nothing
    to say to each other meanwhile: their results stay where they are until `gathered`.

    Args:
        function: Pure; what it returns has the same shape for every member.
        mesh: See `mesh_of`.
        batch: How many members are computed at once on a device.

    Returns:
        A function of `(shared, members)`, both on every device, to be compiled. Its results may be
        followed by some of members that only fill up the last batches.
    """

    def part(shared: Any, members: Any) -> Any:
        return jax.lax.map(lambda one: function(shared, one), members, batch_size=batch)

    shard = jax.shard_map(
        part,
        mesh=mesh,
        in_specs=(PartitionSpec(), PartitionSpec(MEMBERS)),
        out_specs=PartitionSpec(MEMBERS),
        check_vma=False,
    )

    def over_all(shared: Any, members: Any) -> Any:
        count = jax.tree.leaves(members)[0].shape[0]
        idle = -count % (batch * mesh.size)

        def fill(leaf: jax.Array) -> jax.Array:
            if idle == 0:
                return leaf
            return jnp.concatenate([leaf, jnp.broadcast_to(leaf[:1], (idle, *leaf.shape[1:]))])

        return shard(shared, jax.tree.map(fill, members))

    return over_all


def gathered(results: jax.Array, count: int) -> np.ndarray:
    """The first `count` results, from all devices of all processes."""
    if jax.process_count() > 1:
        from jax.experimental.multihost_utils import process_allgather

        return np.asarray(process_allgather(results, tiled=True))[:count]
    return np.asarray(results)[:count]

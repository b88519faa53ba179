"""A random spanning tree of a grid, as a maze without loops."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np


def spanning_tree(key: jax.Array, rows: int, columns: int) -> jax.Array:
    """Draw a maze whose cells of even row and column are the nodes of a spanning tree.

    The tree has the least sum of weights that are drawn for the edges, so it is Kruskal's tree when
    all orders of the edges are as likely. It is found by Borůvka's rule, which joins many parts at
    once: each takes the lightest edge that leaves it.

    Returns:
        Walls, `bool[2 * rows - 1, 2 * columns - 1]`.
    """
    nodes = rows * columns
    grid = np.arange(nodes).reshape(rows, columns)
    pairs = [(grid[:, :-1], grid[:, 1:]), (grid[:-1], grid[1:])]
    first, second = (np.concatenate([pair[end].ravel() for pair in pairs]) for end in (0, 1))
    edges = len(first)
    order = jax.random.permutation(key, edges)  # edges from the lightest to the heaviest
    rank = jnp.zeros(edges, jnp.int32).at[order].set(jnp.arange(edges, dtype=jnp.int32))

    def join(carry: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        part, taken = carry  # part: of each node, by the number of one of its nodes
        one, other = part[first], part[second]
        weight = jnp.where(one != other, rank, edges)
        lightest = jnp.full(nodes, edges).at[one].min(weight).at[other].min(weight)
        taken |= (one != other) & ((lightest[one] == rank) | (lightest[other] == rank))
        # each part is joined to the one at the other end of its edge; of two that choose the same
        # edge, the lower keeps its number
        edge = order[jnp.minimum(lightest, edges - 1)]
        own = jnp.arange(nodes)
        beyond = jnp.where(lightest < edges, one[edge] + other[edge] - own, own)
        joined = jnp.where((beyond[beyond] == own) & (own < beyond), own, beyond)
        for _ in range(max(nodes - 1, 1).bit_length()):
            joined = joined[joined]
        return joined[part], taken

    def parted(carry: tuple[jax.Array, jax.Array]) -> jax.Array:
        return (carry[0] != carry[0][0]).any()

    start = (jnp.arange(nodes), jnp.zeros(edges, bool))
    taken = jax.lax.while_loop(parted, join, start)[1]
    walls = jnp.ones((2 * rows - 1, 2 * columns - 1), bool).at[::2, ::2].set(False)
    between = np.stack(np.divmod(first, columns)) + np.stack(np.divmod(second, columns))
    return walls.at[tuple(between)].set(~taken)

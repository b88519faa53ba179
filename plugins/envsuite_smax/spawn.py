"""Where a battle begins, and with which units (section 6)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_smax.combat import push
from envsuite_smax.state import Params, State


def draw_types(
    key: jax.Array, fixed: np.ndarray, *, allies: int, unit_types: int, surplus: str
) -> jax.Array:
    """Type ids of all units, `i32[n]`.

    Args:
        key: For the units whose type is drawn.
        fixed: `i32[n]`, type ids; -1 where the type is drawn. An enemy so marked is of the type of
            the ally of the same number.
        allies: The number of allies.
        unit_types: The number of unit types.
        surplus: How enemies without such an ally are: `"drawn"` like allies, or `"marines"`, as
            JaxMARL 0.2.0 leaves them.
    """
    drawn = jax.random.randint(key, fixed.shape, 0, unit_types, dtype=jnp.int32)
    if surplus == "marines":
        drawn = jnp.where(np.arange(fixed.size) < 2 * allies, drawn, 0)
    types = jnp.where(fixed < 0, drawn, fixed)
    mirrored = min(allies, fixed.size - allies)
    here, there = slice(None, mirrored), slice(allies, allies + mirrored)
    return types.at[there].set(jnp.where(fixed[there] < 0, types[here], types[there]))


def draw_positions(
    key: jax.Array,
    radius: jax.Array,
    params: Params,
    *,
    allies: int,
    width: float,
    height: float,
    positions: str,
    inside: bool,
) -> jax.Array:
    """Where the units begin, `f32[n, 2]`, after one pass of pushing.

    Args:
        key: For all that is drawn.
        radius: `f32[n]`.
        params: The numbers of the game.
        allies: The number of allies.
        width: Of the map.
        height: Of the map.
        positions: `"fixed"` or `"surround_or_reflect"`.
        inside: Whether everyone begins at least its radius inside the map. Otherwise, as in
            JaxMARL 0.2.0, those who begin outside die at once.
    """
    size = jnp.array([width, height], jnp.float32)
    margin = radius[:, None] if inside else jnp.full_like(radius[:, None], -jnp.inf)
    coin_key, offset_key, field_key, group_key = jax.random.split(key, 4)
    offsets = jax.random.uniform(offset_key, (radius.size, 2))

    def around(centres: jax.Array) -> jax.Array:
        # The square about a centre is cut at the margin before a point of it is drawn: moving
        # points in afterwards would heap units up in one spot of the corner, where no push parts
        # them.
        low = jnp.maximum(centres - params.start_spread, margin)
        high = jnp.maximum(jnp.minimum(centres + params.start_spread, size - margin), low)
        return low + _share(offsets, high - low)

    is_ally = np.arange(radius.size)[:, None] < allies
    if positions == "fixed":
        points = around(jnp.where(is_ally, params.ally_start, params.enemy_start))
    else:
        coins = jax.random.bernoulli(coin_key, shape=(2,))
        shares = jax.random.uniform(field_key, (radius.size, 2))
        points = jnp.where(
            coins[0],
            around(_surround(group_key, is_ally[:, 0] == coins[1], size)),
            _reflect(shares, margin if inside else jnp.zeros_like(margin), size, allies=allies),
        )
    x_push, y_push = push(points[:, 0], points[:, 1], radius)
    points += jnp.stack([x_push, y_push], -1)
    # A loop, for its result is stored: XLA would fuse all this into what reads it, and draw every
    # place anew for each number of each observation, which took twenty times as long.
    return jax.lax.map(
        lambda place: jnp.clip(place[0], place[1], size - place[1]), (points, margin)
    )


def line_up(
    types: jax.Array, positions: jax.Array, params: Params, *, allies: int, extent: np.ndarray
) -> State:
    """The first state of units of `types: i32[n]` at `positions: f32[n, 2]`.

    Scripted enemies will look for the allies at the point opposite their own start, through the
    middle of a map of width and height `extent: f32[2]`.
    """
    count = types.size
    return State(
        positions=positions,
        health=params.health[types],
        types=types,
        cooldowns=jnp.zeros(count, jnp.float32),
        previous_moves=jnp.zeros((count, 2), jnp.float32),
        previous_attacks=jnp.zeros(count, jnp.int32),
        shots=jnp.full(count, -1, jnp.int32),
        target_points=jnp.asarray(extent) - positions[allies:],
        last_attacked=jnp.full(count - allies, -1, jnp.int32),
    )


def _surround(key: jax.Array, outer: jax.Array, size: jax.Array) -> jax.Array:
    """Centres `f32[n, 2]`: the middle of the map, and of four groups for those `outer: bool[n]`."""
    share_key, member_key = jax.random.split(key)
    share = jax.random.uniform(share_key, (4, 1))
    corners = np.array([(0, 0), (0, 1), (1, 0), (1, 1)], np.float32) * size
    groups = jnp.abs(corners - _share(share, size / 2))
    member = jax.random.randint(member_key, outer.shape, 0, 4)
    return jnp.where(outer[:, None], groups[member], size / 2)


def _reflect(shares: jax.Array, margin: jax.Array, size: jax.Array, *, allies: int) -> jax.Array:
    """Points `f32[n, 2]`: allies on the left half, enemies their mirror image.

    Enemies that outnumber the allies are anywhere on the right half.
    """
    half = size * jnp.array([0.5, 1.0])
    room = jnp.maximum(half - margin - margin * jnp.array([0.0, 1.0]), 0.0)
    left = margin + _share(shares, room)
    mirror = jnp.array([-1.0, 1.0]), size * jnp.array([1.0, 0.0])
    right = left * mirror[0] + mirror[1]
    pairs = min(allies, shares.shape[0] - allies)
    return jnp.concatenate(
        [left[:allies], left[:pairs] * mirror[0] + mirror[1], right[allies + pairs :]]
    )


def _share(shares: jax.Array, lengths: jax.Array) -> jax.Array:
    """`shares` in [0, 1) of `lengths`.

    None is longer than its whole. Bounding it keeps the product apart from the sum it enters, into
    which compilers fuse it or not, by what else is near: so every engine rounds it alike.
    """
    return jnp.minimum(shares * lengths, lengths)

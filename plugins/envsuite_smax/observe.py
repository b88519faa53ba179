"""What each unit sees (section 9)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_smax.actions import MOVE_ACTIONS
from envsuite_smax.directions import SECTIONS, section
from envsuite_smax.state import Params
from envsuite_smax.view import View, others, team_order, visible

SLOTS = 2


def unit_features(unit_types: int) -> int:
    """How many numbers describe another unit."""
    return 7 + unit_types


def own_features(unit_types: int) -> int:
    """How many numbers describe the observer itself."""
    return 4 + unit_types


def observe(
    view: View,
    params: Params,
    *,
    team: str,
    size: int,
    extent: np.ndarray,
    see_enemy_actions: bool,
    observation: str,
    peer: bool,
) -> jax.Array:
    """What each of a team sees, in the team's order.

    Args:
        view: The battle as the team lists it.
        params: The numbers of the game.
        team: Whose view it is.
        size: How many units the team has, `k`.
        extent: `f32[2]`, width and height of the map.
        see_enemy_actions: Whether opponents' last moves and attacks are shown.
        observation: `"unit_list"` or `"conic"`.
        peer: Whether `conic` is as the peer's.

    Returns:
        `f32[k, features]`: other units' blocks, then the observer; all zero for a dead observer.
    """
    blocks = _blocks(view, params, size=size, see_enemy_actions=see_enemy_actions)
    if observation == "unit_list":
        blocks = unit_list(view, blocks, params)
    else:
        blocks = conic(view, blocks, params, team=team, peer=peer)
    return jnp.concatenate([blocks.reshape(size, -1), _own(view, params, size, extent)], 1)


def unit_list(view: View, blocks: jax.Array, params: Params) -> jax.Array:
    """The blocks `f32[k, n - 1, unit_features]` of those seen: the living within sight."""
    seen = view.others_alive & visible(view, params, size=blocks.shape[0])
    return jnp.where(seen[..., None], blocks, 0.0)


def conic(view: View, blocks: jax.Array, params: Params, *, team: str, peer: bool) -> jax.Array:
    """Two units in each of 32 directions, counter-clockwise from the left.

    A section takes in its clockwise edge. Its two slots go to the visible living units of the
    lowest index; further ones are not seen.

    Args:
        view: The battle as the team lists it.
        blocks: `f32[k, n - 1, unit_features]`, all other units.
        params: The numbers of the game.
        team: Whose view it is.
        peer: Whether to see as in JaxMARL 0.2.0: the dead are seen, the first ally is not, nor is
            anyone exactly on an edge.

    Returns:
        `f32[k, 64, unit_features]`.
    """
    size, count, _ = blocks.shape
    where, on_edge = section(view.others_x, view.others_y)
    seen = visible(view, params, size=size)
    if peer:
        seen &= ~on_edge & (view.health[:size] > 0)[:, None]
        seen &= others(team_order(jnp.arange(view.x.size), team=team), size) != 0
    else:
        seen &= view.others_alive
    same = where[:, :, None] == where[:, None, :]
    # Slots go by unit index, which the enemies' order runs through backwards.
    earlier = np.tri(count, k=-1, dtype=bool) if team == "ally" else np.tri(count, k=-1).T > 0
    rank = (same & seen[:, None, :] & earlier).sum(2)
    place = jnp.where(seen & (rank < SLOTS), where * SLOTS + rank, -1)
    chosen = place[:, None, :] == np.arange(SECTIONS * SLOTS)[:, None]
    # Each sum has one term at most, but a matrix product may round it to less than float32 on
    # an accelerator unless told not to.
    return jnp.einsum(
        "ksc,kcf->ksf", chosen.astype(jnp.float32), blocks, precision=jax.lax.Precision.HIGHEST
    )


def _blocks(view: View, params: Params, *, size: int, see_enemy_actions: bool) -> jax.Array:
    """How each of the team would see every other unit, `f32[k, n - 1, unit_features]`."""
    opponents = view.x.size - size
    # An attack code is shown as a share of the highest one its team has.
    highest = np.full(view.x.size, MOVE_ACTIONS + size - 1, np.float32)
    highest[:size] = MOVE_ACTIONS + opponents - 1
    acts = jnp.concatenate([view.moves, (view.attacks / highest)[:, None]], 1)
    if not see_enemy_actions:
        acts = jnp.where(np.arange(view.x.size)[:, None] < size, acts, 0.0)
    tail = jnp.concatenate([acts, _cooldown(view, params)[:, None], _types(view, params)], 1)
    sight = params.sight_range[view.types[:size]][:, None]
    health = others(view.health / params.health[view.types], size)
    front = jnp.stack([health, view.others_x / sight, view.others_y / sight], -1)
    return jnp.concatenate([front, others(tail, size)], -1)


def _own(view: View, params: Params, size: int, extent: np.ndarray) -> jax.Array:
    """What each of the team knows of itself, `f32[k, own_features]`."""
    features = [
        view.health / params.health[view.types],
        view.x / extent[0],
        view.y / extent[1],
        _cooldown(view, params),
    ]
    rows = jnp.concatenate([jnp.stack(features, -1), _types(view, params)], 1)[:size]
    return jnp.where((view.health[:size] > 0)[:, None], rows, 0.0)


def _cooldown(view: View, params: Params) -> jax.Array:
    return jnp.clip(view.cooldowns / params.weapon_cooldown[view.types], 0.0, 1.0)


def _types(view: View, params: Params) -> jax.Array:
    return jax.nn.one_hot(view.types, len(params.health))

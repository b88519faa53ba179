"""What a step was worth, and whether the battle is over (section 10)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from envsuite_smax.state import Params, State


def outcome(
    before: State, after: State, params: Params, *, allies: int, self_play_reward: bool
) -> tuple[dict[str, jax.Array], dict[str, jax.Array], dict[str, Any]]:
    """Judge a step.

    Args:
        before: The battle as the step began.
        after: The battle as it ended; `before` itself after a reset.
        params: The numbers of the game.
        allies: The number of allies.
        self_play_reward: Whether only victory and defeat count.

    Returns:
        Rewards `f32[k]` by team: every member earns what its team does. Terminated `bool[k]` by
        team: the dead, and everyone once the battle is over. And `won`, `lost` and `draw`, `bool[]`
        each, as the allies see it; a battle that is over is one of the three.
    """
    alive = after.alive
    ally_lives, enemy_lives = alive[:allies].any(), alive[allies:].any()
    won = ally_lives & ~enemy_lives
    lost = enemy_lives & ~ally_lives
    over = ~(ally_lives & enemy_lives)
    # A battle that was over before has nothing more to give.
    on = before.alive[:allies].any() & before.alive[allies:].any()
    taken = (before.health - after.health) / params.health[after.types]
    bonus = params.won_battle_bonus
    worth = {"ally": jnp.where(won, bonus, 0.0), "enemy": jnp.where(lost, bonus, 0.0)}
    if self_play_reward:
        worth = {"ally": worth["ally"] - worth["enemy"], "enemy": worth["enemy"] - worth["ally"]}
    else:
        worth["ally"] += jnp.abs(taken[allies:].mean())
        worth["enemy"] += jnp.abs(taken[:allies].mean())
    members = {"ally": alive[:allies], "enemy": alive[allies:]}
    reward = {
        team: jnp.broadcast_to(jnp.where(on, worth[team], 0.0), members[team].shape)
        for team in members
    }
    terminated = {team: ~living | over for team, living in members.items()}
    draw = ~ally_lives & ~enemy_lives
    return reward, terminated, {"won": won, "lost": lost, "draw": draw}

"""The numba twin of SMAX: the same battles as the JAX rules, in compiled loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from envsuite.compiled.kernel import Shown
from envsuite_smax.combat import draws_a_step
from envsuite_smax.compiled.layout import (
    ATTACK,
    COOLDOWN,
    HEALTH,
    LAST,
    MOVE_X,
    MOVE_Y,
    POINT_X,
    POINT_Y,
    SHOT,
    TABLES,
    TYPE,
    X,
    Y,
)
from envsuite_smax.compiled.play import advance, begin
from envsuite_smax.env import SMAX
from envsuite_smax.state import State


class SMAXKernel:
    """Plays battles of one configuration; see `envsuite.compiled.kernel.Kernel`.

    Its state is two arrays, `f32[copies, 8, units]` and `i32[copies, 4, units]`, whose rows
    `envsuite_smax.compiled.layout` names.
    """

    info = {"won": np.bool_, "lost": np.bool_, "draw": np.bool_}
    masked = True

    def __init__(self, game: SMAX) -> None:
        """Take what a configuration fixes."""
        self._teams = dict(game.teams)
        self._both = game.enemy == "learner"
        self._fixed = game.type_ids
        allies = np.int64(self._teams["ally"])
        width, height = np.float32(game.map_width), np.float32(game.map_height)
        see = game.see_enemy_actions
        self._sight = (width, height, see, self._both)
        self._spawn = (
            self._fixed,
            allies,
            game.surplus == "marines",
            game.squads.positions != "fixed",
            game.spawn == "inside",
        )
        self._rules = (
            allies,
            np.int64(game.world_steps),
            np.int64(draws_a_step(game.default_params(), game.world_steps)),
            game.walls_cause_death,
            game.attack_mode == "random",
            game.enemy_shoots,
            game.self_play_reward,
        )

    @staticmethod
    def unfit(game: SMAX) -> str:
        """Why a game of this configuration has no twin; empty if it has."""
        if game.actions != "discrete":
            return "has continuous actions, which its compiled twin does not play yet"
        if game.observation != "unit_list":
            return "has conic observations, which its compiled twin does not make yet"
        return ""

    def allocate(self, copies: int) -> tuple[np.ndarray, ...]:
        """Room for the state of `copies` battles."""
        units = self._fixed.size
        return np.zeros((copies, 8, units), np.float32), np.zeros((copies, 4, units), np.int32)

    def tables(self, params: Any) -> tuple[np.ndarray, ...]:
        """`f32[copies, 7, unit types]`, and `f32[copies, 9]` of single numbers."""
        tables = np.stack([np.asarray(getattr(params, name)) for name in TABLES], 1)
        rules = [
            params.won_battle_bonus,
            params.seconds_per_tick,
            params.cooldown_noise_low,
            params.cooldown_noise_high,
            *np.moveaxis(np.asarray(params.ally_start), -1, 0),
            *np.moveaxis(np.asarray(params.enemy_start), -1, 0),
            params.start_spread,
        ]
        return tables.astype(np.float32), np.stack(rules, -1).astype(np.float32)

    def begin(
        self,
        low: int,
        high: int,
        where: np.ndarray,
        keys: np.ndarray,
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> None:
        """Begin battles; see `Kernel.begin`."""
        seen = (*_both(shown.obs, shown.legal), *shown.info.values())
        begin(low, high, where, keys, *state, *tables, *self._spawn, *self._sight, *seen)

    def advance(
        self,
        low: int,
        high: int,
        where: np.ndarray,
        keys: np.ndarray,
        actions: Mapping[str, np.ndarray],
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> None:
        """Play a step; see `Kernel.advance`."""
        advance(
            low,
            high,
            where,
            keys,
            *state,
            *tables,
            *self._rules,
            *self._sight,
            *_both(actions),
            *_both(shown.obs, shown.legal),
            *_both(shown.reward),
            *_both(shown.terminated),
            *shown.info.values(),
        )

    def state_of(self, state: tuple[np.ndarray, ...], slot: int) -> State:
        """One battle as the JAX rules keep it, with NumPy leaves."""
        numbers, marks = (array[slot].copy() for array in state)
        enemies = self._teams["enemy"]
        return State(
            positions=numbers[[X, Y]].T,  # pyright: ignore[reportArgumentType] - NumPy stands for JAX
            health=numbers[HEALTH],  # pyright: ignore[reportArgumentType]
            types=marks[TYPE],  # pyright: ignore[reportArgumentType]
            cooldowns=numbers[COOLDOWN],  # pyright: ignore[reportArgumentType]
            previous_moves=numbers[[MOVE_X, MOVE_Y]].T,  # pyright: ignore[reportArgumentType]
            previous_attacks=marks[ATTACK],  # pyright: ignore[reportArgumentType]
            shots=marks[SHOT],  # pyright: ignore[reportArgumentType]
            target_points=numbers[[POINT_X, POINT_Y], :enemies].T,  # pyright: ignore[reportArgumentType]
            last_attacked=marks[LAST, :enemies],  # pyright: ignore[reportArgumentType]
        )


def _both(*parts: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The arrays of the allies, then the enemies'; no one's where the enemies are scripted."""
    arrays = [part["ally"] for part in parts]
    for part in parts:
        ally = part["ally"]
        arrays.append(part.get("enemy", ally[:, :0]))
    return arrays

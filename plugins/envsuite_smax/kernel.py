"""The numba twin of SMAX: the same battles as the JAX rules, in compiled loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from envsuite.compiled.cache import bound
from envsuite.compiled.kernel import Share, Shown
from envsuite_smax.combat import draws_a_step
from envsuite_smax.compiled.layout import (
    ATTACK,
    COOLDOWN,
    HEALTH,
    LAST,
    LIST,
    MOVE_X,
    MOVE_Y,
    PEER,
    POINT_X,
    POINT_Y,
    SHOT,
    TABLES,
    TYPE,
    WHOLE,
    X,
    Y,
)
from envsuite_smax.compiled.play import advance, begin
from envsuite_smax.env import SMAX
from envsuite_smax.state import State

VIEWS = {"whole": WHOLE, "peer": PEER}  # by the option `conic`


class SMAXKernel:
    """Plays battles of one configuration; see `envsuite.compiled.kernel.Kernel`.

    Its state is two arrays, `f32[copies, 8, units]` and `i32[copies, 4, units]`, whose rows
    `envsuite_smax.compiled.layout` names.
    """

    info = {"won": np.bool_, "lost": np.bool_, "draw": np.bool_}
    masked = True

    def __init__(self, game: SMAX) -> None:
        """Take what a configuration fixes."""
        self._enemies = game.teams["enemy"]
        self._fixed = game.type_ids
        self._cones = None if game.observation == "unit_list" else True
        self._extent = np.array([game.map_width, game.map_height], np.float32)
        self._plan = np.array(
            [
                game.teams["ally"],
                game.world_steps,
                draws_a_step(game.default_params(), game.world_steps),
                LIST if game.observation == "unit_list" else VIEWS[game.conic],
                game.walls_cause_death,
                game.attack_mode == "random",
                game.enemy_shoots,
                game.self_play_reward,
                game.see_enemy_actions,
                game.enemy == "learner",
                game.surplus == "marines",
                game.squads.positions != "fixed",
                game.spawn == "inside",
                game.continuous == "peer",
            ],
            np.int64,
        )

    @staticmethod
    def unfit(game: SMAX) -> str:
        """Empty: every configuration has a twin."""
        del game
        return ""

    def allocate(self, copies: int) -> tuple[np.ndarray, ...]:
        """Room for the state of `copies` battles."""
        units = self._fixed.size
        return np.zeros((copies, 8, units), np.float32), np.zeros((copies, 4, units), np.int32)

    def tables(self, params: Any) -> tuple[np.ndarray, ...]:
        """`f32[copies, 7, unit types]`, and `f32[copies, 11]` of single numbers."""
        tables = np.stack([np.asarray(getattr(params, name)) for name in TABLES], 1)
        rules = [
            params.won_battle_bonus,
            params.seconds_per_tick,
            params.cooldown_noise_low,
            params.cooldown_noise_high,
            *np.moveaxis(np.asarray(params.ally_start), -1, 0),
            *np.moveaxis(np.asarray(params.enemy_start), -1, 0),
            params.start_spread,
            *(np.full(len(tables), extent) for extent in self._extent),
        ]
        return tables.astype(np.float32), np.stack(rules, -1).astype(np.float32)

    def beginning(
        self,
        book: np.ndarray,
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Begin battles; see `Kernel.beginning`."""
        seen = (*_both(shown.obs, shown.legal), *shown.info.values())
        return bound(begin, book, *state, *tables, self._plan, self._cones, self._fixed, *seen)

    def advancing(
        self,
        book: np.ndarray,
        actions: Mapping[str, np.ndarray],
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Play a step; see `Kernel.advancing`."""
        return bound(
            advance,
            book,
            *state,
            *tables,
            self._plan,
            self._cones,
            *_both(actions),
            *_both(shown.obs, shown.legal),
            *_both(shown.reward),
            *_both(shown.terminated),
            *shown.info.values(),
        )

    def states(self, state: tuple[np.ndarray, ...]) -> State:
        """All battles as the JAX rules keep them, with NumPy leaves."""
        numbers, marks = state
        fields: dict[str, Any] = {
            "positions": np.moveaxis(numbers[:, [X, Y]], 1, 2),
            "health": numbers[:, HEALTH],
            "types": marks[:, TYPE],
            "cooldowns": numbers[:, COOLDOWN],
            "previous_moves": np.moveaxis(numbers[:, [MOVE_X, MOVE_Y]], 1, 2),
            "previous_attacks": marks[:, ATTACK],
            "shots": marks[:, SHOT],
            "target_points": np.moveaxis(numbers[:, [POINT_X, POINT_Y], : self._enemies], 1, 2),
            "last_attacked": marks[:, LAST, : self._enemies],
        }
        return State(**{name: array.copy() for name, array in fields.items()})


def _both(*parts: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The arrays of the allies, then the enemies'; no one's where the enemies are scripted."""
    arrays = [part["ally"] for part in parts]
    for part in parts:
        ally = part["ally"]
        none = np.zeros((len(ally), 0, *ally.shape[2:]), ally.dtype)
        arrays.append(part.get("enemy", none))
    return arrays

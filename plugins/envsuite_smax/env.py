"""SMAX: two squads of units fight until one is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite_smax.actions import MOVE_ACTIONS, STOP, decode, decode_discrete, legal_actions
from envsuite_smax.combat import Field, draws_a_step, fight
from envsuite_smax.observe import observe
from envsuite_smax.options import check_options
from envsuite_smax.outcome import outcome
from envsuite_smax.scenario import RANDOM, Scenario, Squad, find_scenario, freeze_squad
from envsuite_smax.scripted import enemy_turn
from envsuite_smax.spaces import observation_space, world_space
from envsuite_smax.spawn import draw_positions, draw_types, line_up
from envsuite_smax.state import Params, State
from envsuite_smax.unit_types import UnitType, freeze_units, tables, unit_types
from envsuite_smax.view import look, team_order
from envsuite_smax.world import world_vector


@dataclass(frozen=True)
class SMAX(Env[State, Params]):
    """Two squads of units fight until one is gone.

    Every step lasts `world_steps` ticks of 1/16 s. A unit walks in one of four directions, stands
    still, or shoots at one opponent in range. Everyone on a team earns the share of the opponents'
    health that the step took, and a bonus for winning. See the README for all rules.

    Attributes:
        scenario: A shipped battle; see `scenarios.yaml`.
        allies: Own squad instead of the scenario's: unit names, or `{name: count}`; a unit named
            `"random"` is of a type drawn for each episode.
        enemies: The same for the other side; a random enemy is of its counterpart's type.
        units: Other numbers for unit types, or new types: `{name: {statistic: number}}`.
        positions: `"fixed"`, `"surround_or_reflect"`, or `None` for the scenario's.
        ally_start: Centre of the allies' fixed start; `None` for a quarter of the way across.
        enemy_start: Centre of the enemies'; `None` for three quarters of the way.
        enemy: Who plays the enemies: `"scripted"`, or `"learner"` for a second group of agents.
        attack_mode: Whom a scripted enemy begins to shoot at: `"closest"` or `"random"`.
        enemy_shoots: Whether a scripted enemy shoots at all.
        observation: `"unit_list"` or `"conic"`.
        actions: `"discrete"` or `"continuous"`.
        map_width: Map units.
        map_height: Map units.
        world_steps: Ticks a step.
        see_enemy_actions: Whether opponents' last moves and attacks are observed.
        walls_cause_death: Whether a unit at the edge of the map dies.
        self_play_reward: Whether only victory (1) and defeat (-1) are rewarded.
        spawn: `"inside"` the map, or `"peer"`: as in JaxMARL, now and then outside.
        surplus: Random enemies without a counterpart are `"drawn"`, or `"marines"` as in JaxMARL.
        conic: `"whole"`, or `"peer"`: with the blind spots of JaxMARL's.
        continuous: `"aimed"`, or `"peer"`: decoded as in JaxMARL, inverted and by chance.
        world_state: `"normalised"`, or `"peer"`: JaxMARL's raw numbers.
    """

    scenario: str = "3m"
    _: KW_ONLY
    allies: Squad | None = None
    enemies: Squad | None = None
    units: Any = ()
    positions: str | None = None
    ally_start: Sequence[float] | None = None
    enemy_start: Sequence[float] | None = None
    enemy: str = "scripted"
    attack_mode: str = "closest"
    enemy_shoots: bool = True
    observation: str = "unit_list"
    actions: str = "discrete"
    map_width: float = 32.0
    map_height: float = 32.0
    world_steps: int = 8
    see_enemy_actions: bool = True
    walls_cause_death: bool = True
    self_play_reward: bool = False
    spawn: str = "inside"
    surplus: str = "drawn"
    conic: str = "whole"
    continuous: str = "aimed"
    world_state: str = "normalised"

    def __post_init__(self) -> None:
        """Bring what YAML, JSON or a keyword gave into a form that hashes, and check it."""
        freeze = partial(object.__setattr__, self)
        freeze("units", freeze_units(self.units))
        for name in ("allies", "enemies"):
            if getattr(self, name) is not None:
                freeze(name, freeze_squad(name, getattr(self, name)))
        for name in ("ally_start", "enemy_start"):
            if isinstance(getattr(self, name), list):
                freeze(name, tuple(getattr(self, name)))
        check_options(self)

    @cached_property
    def squads(self) -> Scenario:
        """The battle that is fought: the scenario, with what this configuration replaces."""
        base = find_scenario(self.scenario)
        return Scenario(
            tuple(self.allies or base.allies),
            tuple(self.enemies or base.enemies),
            self.positions or base.positions,
        )

    @cached_property
    def unit_types(self) -> tuple[UnitType, ...]:
        """All unit types; the order is the type id."""
        return unit_types(self.units)

    @property
    def teams(self) -> Mapping[str, int]:
        """Team name to team size, whoever plays it."""
        return {"ally": len(self.squads.allies), "enemy": len(self.squads.enemies)}

    @property
    def agents(self) -> Mapping[str, int]:
        """`{"ally": A}`, and `"enemy": E` where the enemies learn too."""
        return self.teams if self.enemy == "learner" else {"ally": self.teams["ally"]}

    @property
    def noop_action(self) -> int:
        """Stop: always legal."""
        return STOP

    @property
    def observation_space(self) -> spaces.Dict:
        """By group, what one unit sees: `f32[features]`."""
        units = sum(self.teams.values())
        # A tick may push a unit out by half of each overlap, and a start may lie out by the spread.
        reach = (units - 1) * max(unit.radius for unit in self.unit_types)
        reach += 2.0 * (self.spawn == "peer")
        box = observation_space(
            observation=self.observation,
            units=units,
            unit_types=len(self.unit_types),
            beyond=np.float32(reach) / self._extent,
        )
        return spaces.Dict({group: box for group in self.agents})

    @property
    def action_space(self) -> spaces.Dict:
        """By group, what one unit may do: move, stop or shoot; or four numbers in [0, 1]."""
        if self.actions == "continuous":
            box = spaces.Box(0.0, 1.0, (4,), np.float32)
            return spaces.Dict({group: box for group in self.agents})
        total = sum(self.teams.values())
        return spaces.Dict(
            {
                group: spaces.Discrete(MOVE_ACTIONS + total - size)
                for group, size in self.agents.items()
            }
        )

    @property
    def world_space(self) -> spaces.Box:
        """Where `world` lies."""
        return world_space(
            units=sum(self.teams.values()),
            unit_types=len(self.unit_types),
            peer=self.world_state == "peer",
        )

    def default_params(self) -> Params:
        """The tables of `units.yaml` with what this configuration replaces, and the rest."""
        middle = self.map_height / 2
        ally_start = self.ally_start or (self.map_width / 4, middle)
        enemy_start = self.enemy_start or (self.map_width * 3 / 4, middle)
        return Params(
            **{key: np.array(row, np.float32) for key, row in tables(self.unit_types).items()},
            won_battle_bonus=np.float32(1),
            seconds_per_tick=np.float32(1 / 16),
            cooldown_noise_low=np.float32(-1 / 16),
            cooldown_noise_high=np.float32(2 / 16),
            ally_start=np.array(ally_start, np.float32),
            enemy_start=np.array(enemy_start, np.float32),
            start_spread=np.float32(2),
        )

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Line both squads up."""
        params = jax.tree.map(jnp.asarray, params)
        allies = self.teams["ally"]
        types_key, positions_key = jax.random.split(key)
        types = jnp.asarray(self.type_ids)
        if (self.type_ids < 0).any():
            types = draw_types(
                types_key,
                self.type_ids,
                allies=allies,
                unit_types=len(self.unit_types),
                surplus=self.surplus,
            )
        positions = draw_positions(
            positions_key,
            params.radius[types],
            params,
            allies=allies,
            width=self.map_width,
            height=self.map_height,
            positions=self.squads.positions,
            inside=self.spawn == "inside",
        )
        state = line_up(types, positions, params, allies=allies, extent=self._extent)
        return state, self.timestep(state, state, params)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Everyone acts at once for `world_steps` ticks."""
        params = jax.tree.map(jnp.asarray, params)
        noise_key, ally_key, enemy_key = jax.random.split(key, 3)
        decoding = self.continuous if self.actions == "continuous" else "discrete"
        before = state
        moves, attacks = decode(ally_key, state, action["ally"], params, team="ally", how=decoding)
        if self.enemy == "learner":
            theirs = decode(enemy_key, state, action["enemy"], params, team="enemy", how=decoding)
        else:
            choice, state = enemy_turn(
                enemy_key, state, params, attack_mode=self.attack_mode, shoots=self.enemy_shoots
            )
            theirs = decode_discrete(choice)
        rows = draws_a_step(self.default_params(), self.world_steps)
        uniform = jax.random.uniform(noise_key, (rows, state.health.size))
        spread = params.cooldown_noise_high - params.cooldown_noise_low
        following = fight(
            state,
            jnp.concatenate([moves, theirs[0]]),
            jnp.concatenate([attacks, theirs[1]]),
            params.cooldown_noise_low + spread * uniform,
            params,
            allies=self.teams["ally"],
            ticks=self.world_steps,
            field=Field(self.map_width, self.map_height, self.walls_cause_death),
        )
        return following, self.timestep(before, following, params)

    def timestep(self, before: State, after: State, params: Params) -> Timestep[Any]:
        """What the players see of a step from `before` to `after`; of a reset if they are one."""
        obs, legal = {}, {}
        for team, size in self.agents.items():
            view = look(after, team=team, size=size)
            rows = observe(
                view,
                params,
                team=team,
                size=size,
                extent=self._extent,
                see_enemy_actions=self.see_enemy_actions,
                observation=self.observation,
                peer=self.conic == "peer",
            )
            obs[team] = team_order(rows, team=team)
            if self.actions == "discrete":
                legal[team] = team_order(legal_actions(view, params, size=size), team=team)
        reward, terminated, info = outcome(
            before,
            after,
            params,
            allies=self.teams["ally"],
            self_play_reward=self.self_play_reward,
        )
        return Timestep(
            obs=obs,
            reward={team: reward[team] for team in obs},
            terminated={team: terminated[team] for team in obs},
            truncated=jnp.bool_(False),
            legal=legal or None,
            info=info,
        )

    def world(self, state: State) -> jax.Array:
        """Every unit's health, place, cooldown, type and team, `f32[n * (6 + unit types)]`."""
        return world_vector(
            state,
            jax.tree.map(jnp.asarray, self.default_params()),
            allies=self.teams["ally"],
            extent=self._extent,
            peer=self.world_state == "peer",
        )

    @cached_property
    def _extent(self) -> np.ndarray:
        return np.array([self.map_width, self.map_height], np.float32)

    @cached_property
    def type_ids(self) -> np.ndarray:
        """Type ids of all units, -1 for those drawn each episode."""
        names = [unit.name for unit in self.unit_types]
        squads = (*self.squads.allies, *self.squads.enemies)
        return np.array([-1 if name == RANDOM else names.index(name) for name in squads], np.int32)

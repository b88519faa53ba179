"""TeamGrid: rooms, doors, switches and balls for a team that sees little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.timestep import Timestep
from envsuite_teamgrid.deeds import land, meet, press, take, walk
from envsuite_teamgrid.observe import own_state, view, world
from envsuite_teamgrid.scenario import Scenario, find_scenario
from envsuite_teamgrid.start import first_state
from envsuite_teamgrid.state import AGENT, COLORS, TOGGLE, Params, State

PAYS = ("none", "one", "all")
MOST_SIGHT = 31  # a row of what is seen is a number of 32 bits


@dataclass(frozen=True)
class TeamGrid(Env[State, Params]):
    """A team in a small grid world: find balls, switch lights, open doors, meet.

    All choose at once; then switches are used and balls taken, and the agents turn or walk one
    after the other in the order of their rows. Agents, balls, walls, switches and locked doors
    cannot be walked through. See the README for the rules of each scenario. After TEAMGrid, which
    distributed option-critic was tried on, arXiv:1911.12825.

    Observations are `u8[sight, sight, 3]`: column, row, and kind, colour and state of what is
    there. Actions are LEFT, RIGHT, FORWARD and, where there are switches, TOGGLE. `info` holds
    `won` (`bool[]`), `goals` (`i32[]`, balls taken so far, or 1 after a meeting) and `switches`
    (`i32[]`, how many were used so far).

    Attributes:
        scenario: `"four_rooms"`, `"switch"`, `"dual_switch"`, `"dual_doors"` or `"door_ball"`.
        players: How many agents, from 1 to 6 (four_rooms, switch); `None`: the scenario's number.
        goals: How many balls (four_rooms, switch); `None`: the scenario's number.
        switch_pays: Whom the first use of a switch pays: `"none"`, the `"one"` who used it, or
            `"all"`; `None`: as the scenario has it.
        goal_pays: Whom a ball or a meeting pays.
        sight: How many cells one sees ahead, with one's own row, and across; odd.
        see_through: Whether walls, doors and switches hide nothing.

    Raises:
        ValueError: On construction, for an unknown scenario or choice, a number out of range, or
            numbers for a scenario in which they are fixed.
    """

    scenario: str = "four_rooms"
    _: KW_ONLY
    players: int | None = None
    goals: int | None = None
    switch_pays: str | None = None
    goal_pays: str | None = None
    sight: int = 7
    see_through: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no world."""
        own = self.rules
        for name, most in (("players", len(COLORS)), ("goals", len(own.cells(own.balls_in)))):
            value = getattr(self, name)
            if value is None:
                continue
            if not own.free_numbers:
                raise ValueError(
                    f"the number of {name} in {self.scenario} is fixed, {getattr(own, name)}: "
                    f"leave {name} out"
                )
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
                raise ValueError(
                    f"{name} must be a whole number from 1 to {most}, not {value!r}"
                    + (", for there are as many colours" if name == "players" else "")
                )
        if self.agents["agent"] + self._balls > len(own.floor):
            raise ValueError(
                f"{self.agents['agent']} agents and {self._balls} balls do not fit on "
                f"{len(own.floor)} cells: ask for fewer goals"
            )
        for name in ("switch_pays", "goal_pays"):
            value = getattr(self, name)
            if value is not None and value not in PAYS:
                near = nearest(str(value), PAYS)
                hint = f"did you mean {near!r}? " if near else ""
                raise ValueError(
                    f"{name} {value!r} is unknown: {hint}choose from {', '.join(PAYS)}"
                )
        if self.switch_pays is not None and not own.switches:
            raise ValueError(f"{self.scenario} has no switches: leave switch_pays out")
        odd = isinstance(self.sight, int) and self.sight % 2 == 1
        if not odd or not 3 <= self.sight <= MOST_SIGHT:
            raise ValueError(
                f"sight must be an odd number from 3 to {MOST_SIGHT}, not {self.sight!r}"
            )

    @cached_property
    def rules(self) -> Scenario:
        """What is drawn, and what is aimed at."""
        return find_scenario(self.scenario)

    @property
    def agents(self) -> Mapping[str, int]:
        """One team."""
        return {"agent": self.players or self.rules.players}

    @property
    def observation_space(self) -> spaces.Dict:
        """The square ahead, `u8[sight, sight, 3]`."""
        seen = spaces.Box(0, AGENT, (self.sight, self.sight, 3), np.uint8)
        return spaces.Dict({"agent": seen})

    @property
    def action_space(self) -> spaces.Dict:
        """Turn left, turn right, go forward; use the switch ahead, where there are any."""
        return spaces.Dict({"agent": spaces.Discrete(TOGGLE + bool(self.rules.switches))})

    @property
    def own_state_space(self) -> spaces.Dict:
        """See `own_state`."""
        return spaces.Dict({"agent": spaces.Box(0.0, 1.0, (6,), np.float32)})

    @property
    def world_space(self) -> spaces.Box:
        """See `world`."""
        own = self.rules
        size = 6 * self.agents["agent"] + 4 * self._balls + 2 * len(own.halves)
        return spaces.Box(0.0, 1.0, (size + 2 * len(own.switches),), np.float32)

    def default_params(self) -> Params:
        """One for everything that pays."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Draw openings, balls, and where the agents begin."""
        state = first_state(key, self.rules, self.agents["agent"], self._balls)
        return state, self._timestep(state, jnp.zeros(self.agents["agent"], jnp.float32))

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Use switches, take balls, walk; then balls land, and two may have met."""
        own = self.rules
        does = jnp.where(self._won(state), TOGGLE + 1, action["agent"])  # nobody acts any more
        pressing, first = press(state, does, own)
        taking, takes = take(pressing, does, own)
        following = walk(taking, does, own)
        if own.switch_does == "ball":
            following = land(key, following, first.any(0), own)
        reached, reach = takes.sum(1), takes.sum()
        if own.goal == "meeting":
            following = meet(following)
            reach = following.met & ~state.met
            reached = jnp.full(self.agents["agent"], reach)
        reward = params.switch_reward * _paid(
            self.switch_pays or own.switch_pays, first.sum(1), first.any(0).sum()
        )
        reward += params.goal_reward * _paid(self.goal_pays or own.goal_pays, reached, reach)
        return following, self._timestep(following, reward.astype(jnp.float32))

    def own_state(self, state: State) -> dict[str, jax.Array]:
        """Where each agent stands and heads, `{"agent": f32[n, 6]}`: what `Broadcast` can send."""
        return {"agent": own_state(state, self.rules)}

    def world(self, state: State) -> jax.Array:
        """The whole state, `f32[k]`; see the README."""
        return world(state, self.rules)

    @property
    def _balls(self) -> int:
        return self.goals or self.rules.goals

    def _won(self, state: State) -> jax.Array:
        """Whether the goal is reached, `bool[]`."""
        return state.met if self.rules.goal == "meeting" else state.taken.all()

    def _timestep(self, state: State, reward: jax.Array) -> Timestep[Any]:
        """What is seen of a state."""
        won = self._won(state)
        return Timestep(
            obs={"agent": view(state, self.rules, self.sight, self.see_through)},
            reward={"agent": reward},
            terminated={"agent": jnp.full(self.agents["agent"], won)},
            info={
                "won": won,
                "goals": jnp.sum(state.taken, dtype=jnp.int32) + state.met,
                "switches": jnp.sum(state.pressed, dtype=jnp.int32),
            },
        )


def _paid(whom: str, by_agent: jax.Array, together: jax.Array) -> jax.Array:
    """How often each agent is paid for what was done, `f32[n]`."""
    if whom == "none":
        return jnp.zeros_like(by_agent, jnp.float32)
    if whom == "one":
        return by_agent.astype(jnp.float32)
    return jnp.full(by_agent.shape, together, jnp.float32)

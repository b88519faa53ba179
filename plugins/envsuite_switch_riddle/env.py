"""The rules of the switch riddle: one prisoner a day, one light bulb, one chance to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct

NOTHING, TOGGLE, TELL = range(3)


@struct
class Params:
    """What the end is worth, and how the light begins."""

    reward_all_live: Any = 1.0  # f32[], for telling when everyone has been in the room
    reward_all_die: Any = -1.0  # f32[], for telling too early
    initial_bulb_state: Any = False  # bool[]


@struct
class State:
    """Who is in the room, who has been there, and whether the light is on."""

    bulb: jax.Array  # bool[]
    occupant: jax.Array  # i32[]: the prisoner in the room today
    visited: jax.Array  # bool[prisoners]: has been in the room before today
    day: jax.Array  # i32[]: days that have passed
    told: jax.Array  # bool[]: someone has told, right or wrong


@dataclass(frozen=True)
class SwitchRiddle(Env[State, Params]):
    """Each day a prisoner drawn by chance is in a room with a light, and nobody sees the others.

    The prisoner in the room does nothing, toggles the light, or tells that everyone has been in
    the room by now, today included. Who tells ends the game for all: they live if it is true and
    die if not. If nobody has told after `4 * prisoners - 6` days, the game ends with nothing. That
    is the switch riddle of Foerster et al., arXiv:1602.02672, where the light is a message beside
    the action; here to toggle it is an action, as in JaxMARL.

    Observations are `f32[2]`, 0 or 1: whether one is in the room; and if so, whether the light is
    on. Actions are NOTHING, TOGGLE, TELL; outside the room only NOTHING is legal, and any other
    action has no effect. `info` holds `won` and `lost` (`bool[]`: someone told, rightly or too
    early) and `all_visited` (`bool[]`: everyone has been in the room before the day that `obs`
    shows).

    Attributes:
        prisoners: How many, at least 3.

    Raises:
        ValueError: On construction, for fewer than 3 prisoners.
    """

    prisoners: int = 3

    def __post_init__(self) -> None:
        """Refuse a number that makes no riddle."""
        number = self.prisoners
        if isinstance(number, bool) or not isinstance(number, int) or number < 3:
            raise ValueError(f"prisoners must be a whole number from 3 up, not {number!r}")

    @property
    def days(self) -> int:
        """After how many days the game ends if nobody tells."""
        return 4 * self.prisoners - 6

    @property
    def agents(self) -> Mapping[str, int]:
        """One team."""
        return {"prisoner": self.prisoners}

    @property
    def observation_space(self) -> spaces.Dict:
        """Whether one is in the room, and whether one sees the light on."""
        return spaces.Dict({"prisoner": spaces.Box(0.0, 1.0, (2,), np.float32)})

    @property
    def action_space(self) -> spaces.Dict:
        """To do nothing, to toggle the light, or to tell."""
        return spaces.Dict({"prisoner": spaces.Discrete(3)})

    @property
    def world_space(self) -> spaces.Box:
        """See `world`."""
        return spaces.Box(0.0, 1.0, (2 * self.prisoners + 1,), np.float32)

    def default_params(self) -> Params:
        """The light begins off."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Draw the first prisoner."""
        state = State(
            bulb=jnp.asarray(params.initial_bulb_state, bool),
            occupant=self._draw(key),
            visited=jnp.zeros(self.prisoners, bool),
            day=jnp.int32(0),
            told=jnp.bool_(False),
        )
        return state, self._timestep(state, jnp.bool_(False), params)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """The prisoner in the room acts; then the next is drawn, who may be the same."""
        running = ~self._ended(state)
        chosen = action["prisoner"][state.occupant]
        tells = running & (chosen == TELL)
        today = jnp.arange(self.prisoners) == state.occupant
        following = State(
            bulb=state.bulb ^ (running & (chosen == TOGGLE)),
            occupant=jnp.where(running, self._draw(key), state.occupant),
            visited=state.visited | (today & running),
            day=state.day + running,
            told=state.told | tells,
        )
        return following, self._timestep(following, tells, params)

    def world(self, state: State) -> jax.Array:
        """Whether the light is on, who is in the room, and who has been there before."""
        room = jnp.arange(self.prisoners) == state.occupant
        return jnp.concatenate([state.bulb[None], room, state.visited]).astype(jnp.float32)

    def observe(self, state: State) -> jax.Array:
        """What each prisoner sees, `f32[prisoners, 2]`; see the class."""
        inside = jnp.arange(self.prisoners) == state.occupant
        return jnp.stack([inside, inside & state.bulb], axis=1).astype(jnp.float32)

    def _draw(self, key: jax.Array) -> jax.Array:
        """The prisoner of a day, `i32[]`."""
        return jax.random.randint(key, (), 0, self.prisoners)

    def _ended(self, state: State) -> jax.Array:
        """Whether someone has told, or the days are over, `bool[]`."""
        return state.told | (state.day >= self.days)

    def _timestep(self, state: State, tells: jax.Array, params: Params) -> Timestep[Any]:
        """What the prisoners see of a state; `tells` says whether this step ended it by telling."""
        everyone = state.visited.all()
        worth = jnp.where(everyone, params.reward_all_live, params.reward_all_die)
        reward = jnp.where(tells, worth, 0.0).astype(jnp.float32)
        inside = jnp.arange(self.prisoners) == state.occupant
        ended = self._ended(state)
        may = (inside & ~ended)[:, None] | (jnp.arange(3) == NOTHING)
        return Timestep(
            obs={"prisoner": self.observe(state)},
            reward={"prisoner": jnp.full(self.prisoners, reward)},
            terminated={"prisoner": jnp.full(self.prisoners, ended)},
            legal={"prisoner": may},
            info={
                "won": state.told & everyone,
                "lost": state.told & ~everyone,
                "all_visited": everyone,
            },
        )

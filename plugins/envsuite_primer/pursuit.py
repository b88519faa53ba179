"""Pursuit, a team game: hunters chase prey on a torus, and nobody sees far."""

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

STAY, NORTH, SOUTH, WEST, EAST = range(5)
MOVES = np.array([(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)], np.int32)  # (row, column)


@struct
class Params:
    """What a catch and a step are worth."""

    catch_reward: float = 1.0
    step_penalty: float = 0.01


@struct
class State:
    """Who stands where, and which prey still runs."""

    hunters: jax.Array  # i32[hunters, 2]
    prey: jax.Array  # i32[prey, 2]
    alive: jax.Array  # bool[prey]


@dataclass(frozen=True)
class Pursuit(Env[State, Params]):
    """Hunters and prey on a torus; the game ends when no prey is left.

    Everyone moves at once, then a prey that shares its cell with a hunter is caught; two who swap
    cells pass each other. A catch pays every hunter `catch_reward` and costs the prey as much; a
    step costs every hunter `step_penalty` and pays every prey still running as much.

    Observations are `f32[2 * (2 * sight + 1) ** 2]` in 0 to 1: the square around oneself, row by
    row, first where other hunters stand, then where other prey runs. A caught prey sees nothing.
    Actions are STAY, NORTH, SOUTH, WEST, EAST. `info` holds `won` (`bool[]`, no prey is left) and
    `caught` (`i32[]`, how many were caught so far).

    Attributes:
        size: Rows and columns of the torus.
        hunters: How many hunt.
        prey: How many run.
        sight: How many cells one sees in each direction.

    Raises:
        ValueError: On construction, if a number is below 1, or the torus is too small to hold
            everyone or to be seen without seeing a cell twice.
    """

    size: int = 7
    hunters: int = 3
    prey: int = 2
    sight: int = 2

    def __post_init__(self) -> None:
        """Refuse numbers that make no game."""
        for name in ("size", "hunters", "prey", "sight"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a whole number from 1 up, not {value!r}")
        if self.size < 2 * self.sight + 1:
            raise ValueError(
                f"sight {self.sight} sees a cell twice on a torus of size {self.size}: "
                f"choose a size of at least {2 * self.sight + 1}"
            )
        if self.size**2 < self.hunters + self.prey:
            raise ValueError(
                f"{self.hunters} hunters and {self.prey} prey do not fit on {self.size**2} cells: "
                "choose a larger size"
            )

    @property
    def agents(self) -> Mapping[str, int]:
        """Two teams."""
        return {"hunter": self.hunters, "prey": self.prey}

    @property
    def observation_space(self) -> spaces.Dict:
        """What lies around: `f32[2 * (2 * sight + 1) ** 2]` for everyone."""
        around = spaces.Box(0.0, 1.0, (2 * (2 * self.sight + 1) ** 2,), np.float32)
        return spaces.Dict(dict.fromkeys(self.agents, around))

    @property
    def action_space(self) -> spaces.Dict:
        """Five moves for everyone."""
        return spaces.Dict(dict.fromkeys(self.agents, spaces.Discrete(len(MOVES))))

    @property
    def world_space(self) -> spaces.Box:
        """See `world`."""
        return spaces.Box(0.0, 1.0, (2 * self.hunters + 3 * self.prey,), np.float32)

    def default_params(self) -> Params:
        """A catch is worth a hundred steps."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Scatter both teams over distinct cells."""
        cells = jax.random.choice(key, self.size**2, (self.hunters + self.prey,), replace=False)
        places = jnp.stack(jnp.divmod(cells, self.size), axis=-1).astype(jnp.int32)
        state = State(places[: self.hunters], places[self.hunters :], jnp.ones(self.prey, bool))
        reward = {group: jnp.zeros(size, jnp.float32) for group, size in self.agents.items()}
        return state, self._timestep(state, reward)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Everyone moves at once; then hunters catch whom they stand on."""
        moves = jnp.asarray(MOVES)
        running = state.alive.any()
        hunters = jnp.where(
            running, (state.hunters + moves[action["hunter"]]) % self.size, state.hunters
        )
        prey = jnp.where(
            state.alive[:, None], (state.prey + moves[action["prey"]]) % self.size, state.prey
        )
        caught = state.alive & (prey[:, None] == hunters).all(-1).any(-1)
        following = State(hunters, prey, state.alive & ~caught)

        earned = params.catch_reward * caught.sum() - params.step_penalty
        lost = jnp.where(caught, -params.catch_reward, params.step_penalty)
        reward = {
            "hunter": jnp.full(self.hunters, jnp.where(running, earned, 0.0), jnp.float32),
            "prey": jnp.where(state.alive, lost, 0.0).astype(jnp.float32),
        }
        return following, self._timestep(following, reward)

    def world(self, state: State) -> jax.Array:
        """Everyone's row and column as shares of the size, then who is alive; hunters first."""
        places = jnp.concatenate([state.hunters, state.prey]).ravel() / self.size
        return jnp.concatenate([places, state.alive]).astype(jnp.float32)

    def _timestep(self, state: State, reward: dict[str, jax.Array]) -> Timestep[Any]:
        """What is seen of a state; once caught, or once all are caught, one can only stay."""
        won = ~state.alive.any()
        terminated = {"hunter": jnp.full(self.hunters, won), "prey": ~state.alive}
        stay = jnp.arange(len(MOVES)) == STAY
        return Timestep(
            obs=self._observe(state),
            reward=reward,
            terminated=terminated,
            legal={group: ~done[:, None] | stay for group, done in terminated.items()},
            info={"won": won, "caught": jnp.sum(~state.alive, dtype=jnp.int32)},
        )

    def _observe(self, state: State) -> dict[str, jax.Array]:
        """What lies around each hunter and each prey, `{group: f32[n, features]}`."""
        reach = np.arange(-self.sight, self.sight + 1)
        window = np.stack(np.meshgrid(reach, reach, indexing="ij"), axis=-1).reshape(-1, 2)
        places = jnp.concatenate([state.hunters, state.prey])
        alive = jnp.concatenate([jnp.ones(self.hunters, bool), state.alive])
        # who sees whom: the living see the living, but not themselves
        visible = alive[:, None] & alive & ~jnp.eye(len(alive), dtype=bool)
        around = (places[:, None] + window) % self.size  # i32[watchers, cells, 2]
        held = (around[:, :, None] == places).all(-1) & visible[:, None]
        planes = [held[..., : self.hunters].any(-1), held[..., self.hunters :].any(-1)]
        seen = jnp.concatenate(planes, axis=1).astype(jnp.float32)
        return {"hunter": seen[: self.hunters], "prey": seen[self.hunters :]}

"""The rules of the Coin Game: take your own coins, or the other's at the other's cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.timestep import Timestep
from envsuite.functional import struct

RED, BLUE = range(2)  # a player's row, and the coin of that colour
RIGHT, LEFT, DOWN, UP, STAY = range(5)
MOVES = np.array([(0, 1), (0, -1), (1, 0), (-1, 0), (0, 0)], np.int32)  # (row, column)
OBSERVATIONS = ("flat", "grid")


@struct
class Params:
    """What coins are worth, and how long the game is."""

    payoff: Any  # f32[2, 3]: of red and of blue; see `CoinGame`
    inner_steps: Any  # i32[], at least 1: steps of an inner episode
    inner_episodes: Any  # i32[], at least 1


@struct
class State:
    """Who and what is where, and how far the game has come."""

    players: jax.Array  # i32[2, 2]: row and column of red and of blue
    coins: jax.Array  # i32[2, 2]: row and column of the red coin and of the blue one
    inner_step: jax.Array  # i32[]: steps played in this inner episode
    inner_episode: jax.Array  # i32[]: inner episodes played


@dataclass(frozen=True)
class CoinGame(Env[State, Params]):
    """Two players on a torus take a red and a blue coin, which come back elsewhere.

    Both move at once; they may share a cell, and each takes every coin of the cell it is then on.
    A coin that was taken, by one or by both, comes back on a cell drawn from all. The rows of
    `payoff` are red's and blue's; its columns say what a player earns for taking the red coin, for
    taking the blue one, and when the other takes the coin of the player's own colour.

    After `inner_steps` steps everything is placed anew: an inner episode. After `inner_episodes` of
    them the game ends. The game is that of Lerer and Peysakhovich, arXiv:1707.01068, on as many
    cells as in Foerster et al., arXiv:1709.04326; but there one coin exists at a time, and here
    both do, as in JaxMARL.

    Observations are `f32[size * size * 4]`, row by row, 0 or 1 in each cell: oneself, the other,
    the coin of one's own colour, the coin of the other's. Actions are RIGHT, LEFT, DOWN, UP, STAY.
    `info` holds `taken` (`bool[2, 2]`: has red, has blue taken the red coin, the blue coin in this
    step) and `inner_episode_done` (`bool[]`: this step ended an inner episode, and `obs` shows the
    next one, if there is one).

    Attributes:
        size: Rows and columns of the torus.
        observation: `"flat"`, or `"grid"` for the same numbers as `f32[size, size, 4]`.
        egocentric: Whether the torus is shifted so that oneself is in its middle.
        shared_rewards: Whether both earn the sum.

    Raises:
        ValueError: On construction, for a size below 2, or a choice that is not offered; in
            `reset`, for a payoff of another shape.
    """

    size: int = 3
    observation: str = "flat"
    egocentric: bool = False
    shared_rewards: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no game."""
        if isinstance(self.size, bool) or not isinstance(self.size, int) or self.size < 2:
            raise ValueError(f"size must be a whole number from 2 up, not {self.size!r}")
        if self.observation not in OBSERVATIONS:
            near = nearest(str(self.observation), OBSERVATIONS)
            hint = f"did you mean {near!r}? " if near else ""
            raise ValueError(
                f"observation {self.observation!r} is unknown: {hint}"
                f"choose from {', '.join(OBSERVATIONS)}"
            )
        for name in ("egocentric", "shared_rewards"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be true or false, not {getattr(self, name)!r}")

    @property
    def agents(self) -> Mapping[str, int]:
        """Two groups of one, for each wants something else."""
        return {"red": 1, "blue": 1}

    @property
    def noop_action(self) -> int:
        """To stay."""
        return STAY

    @property
    def observation_space(self) -> spaces.Dict:
        """Four planes of the torus."""
        shape = (self.size, self.size, 4)
        if self.observation == "flat":
            shape = (int(np.prod(shape)),)
        return spaces.Dict(dict.fromkeys(self.agents, spaces.Box(0.0, 1.0, shape, np.float32)))

    @property
    def action_space(self) -> spaces.Dict:
        """Four moves, and to stay."""
        return spaces.Dict(dict.fromkeys(self.agents, spaces.Discrete(len(MOVES))))

    def default_params(self) -> Params:
        """A coin is worth 1, and costs its colour 2 if the other takes it; 10 times 10 steps."""
        payoff = np.array([[1, 1, -2], [1, 1, -2]], np.float32)
        return Params(payoff, np.int32(10), np.int32(10))

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Place everything; players and coins may share cells, and nothing is taken yet."""
        shape = jnp.asarray(params.payoff).shape
        if shape != (2, 3):
            raise ValueError(
                f"payoff has shape {shape}, but is a row for red and a row for "
                "blue: [red coin, blue coin, own coin lost to the other]"
            )
        places = self._draw(key)
        state = State(places[:2], places[2:], jnp.int32(0), jnp.int32(0))
        nothing = jnp.zeros((2, 2), bool)
        return state, self._timestep(state, jnp.zeros(2), nothing, jnp.bool_(False), params)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Both move; then each takes what lies in its cell."""
        running = state.inner_episode < params.inner_episodes
        chosen = jnp.concatenate([action["red"], action["blue"]])
        players = (state.players + jnp.asarray(MOVES)[chosen]) % self.size
        taken = (players[:, None] == state.coins).all(-1) & running

        inner_step = state.inner_step + running
        done = running & (inner_step >= params.inner_steps)
        inner_episode = state.inner_episode + done
        # the last inner episode is followed by none: the board stays as its players left it
        anew = done & (inner_episode < params.inner_episodes)
        drawn = self._draw(key)
        following = State(
            players=jnp.where(anew, drawn[:2], jnp.where(running, players, state.players)),
            coins=jnp.where((anew | taken.any(0))[:, None], drawn[2:], state.coins),
            inner_step=jnp.where(anew, 0, inner_step),
            inner_episode=inner_episode,
        )
        reward = self._reward(taken, params)
        return following, self._timestep(following, reward, taken, done, params)

    def _draw(self, key: jax.Array) -> jax.Array:
        """Cells for red, blue, the red coin and the blue one, `i32[4, 2]`."""
        return jax.random.randint(key, (4, 2), 0, self.size)

    def _reward(self, taken: jax.Array, params: Params) -> jax.Array:
        """What red and blue earn, `f32[2]`, for the coins `taken`, `bool[player, coin]`."""
        lost = jnp.stack([taken[BLUE, RED], taken[RED, BLUE]])
        events = jnp.concatenate([taken, lost[:, None]], axis=1)
        reward = (jnp.asarray(params.payoff, jnp.float32) * events).sum(1)
        return jnp.full(2, reward.sum()) if self.shared_rewards else reward

    def _timestep(
        self,
        state: State,
        reward: jax.Array,
        taken: jax.Array,
        done: jax.Array,
        params: Params,
    ) -> Timestep[Any]:
        """What both see of a state."""
        ended = jnp.full(2, state.inner_episode >= params.inner_episodes)
        return Timestep(
            obs=_by_group(self.observe(state)),
            reward=_by_group(reward.astype(jnp.float32)),
            terminated=_by_group(ended),
            info={"taken": taken, "inner_episode_done": done},
        )

    def observe(self, state: State) -> jax.Array:
        """The planes of red and those of blue, `f32[2, ...]`; see the class."""
        order = jnp.stack([jnp.arange(2), 1 - jnp.arange(2)])  # oneself, then the other
        pieces = jnp.concatenate([state.players[order], state.coins[order]], axis=1)
        if self.egocentric:
            pieces = (pieces - state.players[:, None] + self.size // 2) % self.size
        cells = np.moveaxis(np.indices((self.size, self.size)), 0, -1)[:, :, None]
        planes = (pieces[:, None, None] == cells).all(-1).astype(jnp.float32)
        return planes.reshape(2, -1) if self.observation == "flat" else planes


def _by_group(rows: jax.Array) -> dict[str, jax.Array]:
    """The first row is red's, the second blue's."""
    return {"red": rows[:1], "blue": rows[1:]}

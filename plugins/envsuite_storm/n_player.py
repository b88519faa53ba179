"""STORM for any number of players: a beam is aimed at one cell."""

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
from envsuite.functional import tree_where
from envsuite_storm.board import BEAM, COIN, PLAYER, WALL, bearings, window
from envsuite_storm.interaction import eligible, freeze, is_frozen, light_up, rewards
from envsuite_storm.movement import beam_cells, earlier, pick_up, walk
from envsuite_storm.outcome import outcome
from envsuite_storm.state import (
    COOPERATE,
    DEFECT,
    Params,
    State,
    check_payoff,
    default_params,
    ended,
    tick,
)

TURN_LEFT, TURN_RIGHT, FORWARD, STAY, ZAP_AHEAD, ZAP_FAR, ZAP_LEFT, ZAP_RIGHT = range(8)
PLANES = 14


@dataclass(frozen=True)
class NPlayerSTORM(Env[State, Params]):
    """Any number gather coins that say "cooperate" or "defect", and play in pairs.

    All act at once: turn, walk, stay, or zap one of the four cells of the beam. If a player who
    holds coins zaps another who does, and neither is frozen, they play the matrix game `payoff`,
    each with the shares of its coins as a mixed strategy; who zapped is the row player. Both then
    stand frozen for `freeze_penalty` steps and begin anew, each on a cell drawn from the free ones
    and with empty hands; and all coins that were taken come back on free cells. After
    `inner_steps` steps everything begins anew: an inner episode; after `inner_episodes` of them
    the game ends. See the README for all rules. After JaxMARL's `storm_np`, arXiv:2311.10090.

    Observations are `f32[sight * sight * 14]`: fourteen planes of the cells before the player
    (`[across, ahead, plane]`, flattened). Actions are TURN_LEFT, TURN_RIGHT, FORWARD, STAY,
    ZAP_AHEAD, ZAP_FAR, ZAP_LEFT, ZAP_RIGHT; the frozen can only stay. `info` holds `interactions`
    (`i32[]`), `cooperation` (`f32[]`) and `inner_episode_done` (`bool[]`); see `outcome`.

    Attributes:
        players: How many, at least 2.
        size: Rows and columns of the board.
        sight: How many cells are seen across, and ahead with one's own row; an odd number.
        coins: How many there are of each kind.

    Raises:
        ValueError: On construction, for a number out of range, or more players and coins than
            there are cells; in `reset`, for a payoff of another shape.
    """

    players: int = 4
    size: int = 8
    sight: int = 5
    coins: int = 6

    def __post_init__(self) -> None:
        """Refuse numbers that make no game."""
        for name, least in (("players", 2), ("size", 2), ("sight", 1), ("coins", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number from {least} up, not {value!r}")
        if self.sight % 2 == 0:
            raise ValueError(
                f"sight {self.sight} has no middle for the player to stand in: "
                f"choose {self.sight - 1} or {self.sight + 1}"
            )
        things = self.players + 2 * self.coins
        if things > self.size**2:
            raise ValueError(
                f"{self.players} players and {self.coins} coins of each kind do not fit on "
                f"{self.size**2} cells: choose a size of at least {int(np.ceil(things**0.5))}"
            )

    @property
    def agents(self) -> Mapping[str, int]:
        """One group; they are told apart by their rows only."""
        return {"player": self.players}

    @property
    def noop_action(self) -> int:
        """To stay, which the frozen may do too."""
        return STAY

    @property
    def observation_space(self) -> spaces.Dict:
        """The cells ahead; a player may gather any number of coins, for they come back."""
        high = np.ones((self.sight * self.sight, PLANES), np.float32)
        high[:, 11:13] = np.inf
        high = high.ravel()
        return spaces.Dict({"player": spaces.Box(np.zeros_like(high), high)})

    @property
    def action_space(self) -> spaces.Dict:
        """Two turns, a step, to stay, and four cells to zap."""
        return spaces.Dict({"player": spaces.Discrete(8)})

    def default_params(self) -> Params:
        """The prisoner's dilemma, in one inner episode of 152 steps."""
        return default_params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Scatter players and coins over distinct cells."""
        check_payoff(params)
        place_key, heading_key = jax.random.split(key)
        things = self.players + 2 * self.coins
        nowhere, everything = jnp.zeros((things, 2), jnp.int32), jnp.ones(things, bool)
        cells = self._scatter(place_key, nowhere, everything, ~everything)
        state = State(
            places=cells[: self.players],
            headings=jax.random.randint(heading_key, (self.players,), 0, 4),
            coins=cells[self.players :].reshape(2, self.coins, 2),
            lying=jnp.ones((2, self.coins), bool),
            inventories=jnp.zeros((self.players, 2), jnp.int32),
            frozen=jnp.zeros((self.players, self.players), jnp.int32),
            beams=jnp.zeros((self.size, self.size), bool),
            inner_step=jnp.int32(0),
            inner_episode=jnp.int32(0),
        )
        nobody = jnp.zeros((self.players, self.players), bool)
        return state, self._timestep(state, state, nobody, jnp.bool_(False), params)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Move, take coins, zap; then whose time is up begins anew."""
        order_key, place_key, heading_key = jax.random.split(key, 3)
        chosen = jnp.where(is_frozen(state), STAY, action["player"])
        turn = jnp.where(chosen == TURN_LEFT, 1, jnp.where(chosen == TURN_RIGHT, -1, 0))
        orders = jax.random.uniform(order_key, (2, self.players))  # who walks, who zaps first
        met = pick_up(walk(state, turn, chosen == FORWARD, orders[0]))
        able = eligible(met) & ~is_frozen(met)
        zaps = able & (chosen >= ZAP_AHEAD)
        met = light_up(met, zaps)
        running = ~ended(state, params)
        pairs = _pairs(met, zaps, chosen - ZAP_AHEAD, able, orders[1]) & running

        after, thawed = freeze(met, pairs, params)
        clock = tick(state, params)
        back = thawed | clock.anew
        # once someone begins anew, all coins that were taken come back
        missing = (~after.lying & back.any()) | clock.anew
        wanted = jnp.concatenate([back, missing.ravel()])
        cells = jnp.concatenate([after.places, after.coins.reshape(-1, 2)])
        holding = jnp.concatenate([~back, after.lying.ravel() & ~clock.anew])
        cells = self._scatter(place_key, cells, wanted, holding)
        headings = jax.random.randint(heading_key, (self.players,), 0, 4)
        following = State(
            places=cells[: self.players],
            headings=jnp.where(back, headings, after.headings),
            coins=cells[self.players :].reshape(2, self.coins, 2),
            lying=after.lying | missing,
            inventories=jnp.where(back[:, None], 0, after.inventories),
            frozen=jnp.where(clock.anew, 0, after.frozen),
            beams=after.beams & ~clock.anew,
            inner_step=clock.inner_step,
            inner_episode=clock.inner_episode,
        )
        following = tree_where(running, following, state)
        return following, self._timestep(met, following, pairs, clock.done & running, params)

    def observe(self, state: State) -> jax.Array:
        """What each player sees, `f32[players, sight * sight * 14]`; see the README."""
        seen = window(state, self.sight)
        number = jnp.clip(seen - PLAYER, 0, self.players - 1)
        me = jnp.arange(self.players)[:, None, None]
        player, own = seen >= PLAYER, seen == PLAYER + me
        other = player & ~own
        known = own | (other & (state.frozen[me, number] > 0))
        planes = [
            seen == WALL,
            seen == BEAM,
            seen == COIN + COOPERATE,
            seen == COIN + DEFECT,
            own,
            other,
            *jnp.moveaxis(bearings(state, seen), -1, 0),
            player & eligible(state)[number],
            *jnp.moveaxis(jnp.where(known[..., None], state.inventories[number], 0), -1, 0),
            other & is_frozen(state)[number],
        ]
        return jnp.stack([plane.astype(jnp.float32) for plane in planes], -1).reshape(
            self.players, -1
        )

    def _scatter(
        self, key: jax.Array, cells: jax.Array, wanted: jax.Array, holding: jax.Array
    ) -> jax.Array:
        """Draw free cells, none twice, for some of the players and coins.

        Args:
            key: Of the draw.
            cells: `i32[things, 2]`: of all players, then of all coins.
            wanted: `bool[things]`: who needs a cell.
            holding: `bool[things]`: whose cell is not free.

        Returns:
            `cells` with drawn ones for those wanted.
        """
        numbers = cells @ np.array([self.size, 1], np.int32)
        held = ((numbers[:, None] == jnp.arange(self.size**2)) & holding[:, None]).any(0)
        # every order of the free cells is equally likely, and the held ones come last
        order = jnp.argsort(jnp.where(held, 1.0, jax.random.uniform(key, (self.size**2,))))
        drawn = order[jnp.maximum(jnp.cumsum(wanted) - 1, 0)]
        return jnp.where(wanted[:, None], jnp.stack(jnp.divmod(drawn, self.size), 1), cells)

    def _timestep(
        self, met: State, state: State, pairs: jax.Array, done: jax.Array, params: Params
    ) -> Timestep[Any]:
        """What all see of a state; `met` is the one in which `pairs` interacted."""
        free = ~is_frozen(state)
        over = jnp.full(self.players, ended(state, params))
        return Timestep(
            obs={"player": self.observe(state)},
            reward={"player": rewards(met, pairs, params)},
            terminated={"player": over},
            legal={"player": (free & ~over)[:, None] | (jnp.arange(8) == STAY)},
            info=outcome(met, pairs, done),
        )


def _pairs(
    state: State, zaps: jax.Array, aim: jax.Array, able: jax.Array, order: jax.Array
) -> jax.Array:
    """Who interacts with whom, `bool[n, n]`: the row player of each pair, then the other.

    Of several who zap one player the nearest does, and of those as near the first in `order`.
    Two who zap each other interact once, and the one with the lower number is the row player.

    Args:
        state: When they zap.
        zaps: `bool[n]`, who zaps.
        aim: `i32[n]`, which cell of the beam.
        able: `bool[n]`, who holds coins and is not frozen.
        order: `f32[n]`, drawn by chance; the lower number goes first.
    """
    index = jnp.arange(len(zaps))
    aim = jnp.clip(aim, 0, 3)
    aimed = beam_cells(state)[index, aim]
    hits = (aimed[:, None] == state.places).all(-1) & zaps[:, None] & able
    hits &= index[:, None] != index  # before the border, a beam falls on the player's own cell
    near = jnp.abs(aimed - state.places).sum(1) == 1
    first = (near[:, None] & ~near) | ((near[:, None] == near) & earlier(order))
    beaten = (hits[:, None] & hits[None] & first.T[..., None]).any(1)
    hits &= ~beaten
    again = hits & hits.T & (index[:, None] > index)
    return hits & ~again

"""STORM for two: red is the row player, blue the column player."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.timestep import Timestep
from envsuite.functional import tree_where
from envsuite_storm.board import BEAM, COIN, PLAYER, WALL, bearings, window
from envsuite_storm.interaction import eligible, freeze, is_frozen, light_up, rewards
from envsuite_storm.movement import beam_cells, pick_up, walk
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

TURN_LEFT, TURN_RIGHT, FORWARD, INTERACT, STAY = range(5)
SIGHT = 5  # cells ahead, one's own row among them, and across
PLANES = 10
COINS = ("fixed", "shuffled")


@dataclass(frozen=True, eq=False)
class Layout:
    """Where things may be at the start."""

    size: int
    spawns: np.ndarray  # i32[16, 2]: red's cells; blue begins opposite
    coins: np.ndarray  # i32[2, 6, 2]: of each kind


@lru_cache(maxsize=1)
def layout() -> Layout:
    """The board of `layout.txt`."""
    text = (files("envsuite_storm") / "layout.txt").read_text(encoding="utf-8")
    cells = np.array([line.split() for line in text.splitlines()])
    spawns, *coins = (np.argwhere(cells == letter).astype(np.int32) for letter in "SCD")
    return Layout(len(cells), spawns, np.stack(coins))


@dataclass(frozen=True)
class TwoPlayerSTORM(Env[State, Params]):
    """Two gather coins that say "cooperate" or "defect", and play what they have gathered.

    Both act at once: turn, walk, stay, or interact. If one interacts while the other stands in its
    beam, and both hold coins, they play the matrix game `payoff`, each with the shares of its
    coins as a mixed strategy; red is the row player. Then both stand frozen for `freeze_penalty`
    steps, and begin anew with empty hands and all coins back on the board. After `inner_steps`
    steps everything begins anew: an inner episode; after `inner_episodes` of them the game ends.
    See the README for all rules. After Khan et al., arXiv:2312.12568, and JaxMARL's `storm_2p`,
    arXiv:2311.10090.

    Observations are `f32[256]`: ten planes of the five by five cells before the player (`[across,
    ahead, plane]`, flattened), then six numbers about what both hold. Actions are TURN_LEFT,
    TURN_RIGHT, FORWARD, INTERACT, STAY; the frozen can only stay. `info` holds `interactions`
    (`i32[]`), `cooperation` (`f32[]`) and `inner_episode_done` (`bool[]`); see `outcome`.

    Attributes:
        coins: `"fixed"`, each kind in its places of `layout.txt`, or `"shuffled"`, the kinds dealt
            out anew to these places in every inner episode.

    Raises:
        ValueError: On construction, for a choice that is not offered; in `reset`, for a payoff of
            another shape.
    """

    coins: str = "fixed"

    def __post_init__(self) -> None:
        """Refuse what is not offered."""
        if self.coins not in COINS:
            near = nearest(str(self.coins), COINS)
            hint = f"did you mean {near!r}? " if near else ""
            raise ValueError(f"coins {self.coins!r} is unknown: {hint}choose from fixed, shuffled")

    @property
    def agents(self) -> Mapping[str, int]:
        """Two groups of one, for each wants something else."""
        return {"red": 1, "blue": 1}

    @property
    def noop_action(self) -> int:
        """To stay, which the frozen may do too."""
        return STAY

    @property
    def observation_space(self) -> spaces.Dict:
        """The cells ahead, and what both hold: at most the six coins there are of each kind."""
        high = np.ones(SIGHT * SIGHT * PLANES + 6, np.float32)
        high[[-6, -5, -2, -1]] = layout().coins.shape[1]
        return spaces.Dict(dict.fromkeys(self.agents, spaces.Box(np.zeros_like(high), high)))

    @property
    def action_space(self) -> spaces.Dict:
        """Two turns, a step, the beam, and to stay."""
        return spaces.Dict(dict.fromkeys(self.agents, spaces.Discrete(5)))

    def default_params(self) -> Params:
        """The prisoner's dilemma, in one inner episode of 152 steps."""
        return default_params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Place both players opposite each other, and all coins."""
        check_payoff(params)
        spawn_key, coins_key = jax.random.split(key)
        places, headings = self._spawn(spawn_key)
        coins = self._deal(coins_key)
        state = State(
            places=places,
            headings=headings,
            coins=coins,
            lying=jnp.ones(coins.shape[:2], bool),
            inventories=jnp.zeros((2, 2), jnp.int32),
            frozen=jnp.zeros((2, 2), jnp.int32),
            beams=jnp.zeros((layout().size,) * 2, bool),
            inner_step=jnp.int32(0),
            inner_episode=jnp.int32(0),
        )
        nobody = jnp.zeros((2, 2), bool)
        return state, self._timestep(state, state, nobody, jnp.bool_(False), params)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Move, take coins, interact; then whose time is up begins anew."""
        order_key, spawn_key, coins_key = jax.random.split(key, 3)
        chosen = jnp.concatenate([action["red"], action["blue"]])
        chosen = jnp.where(is_frozen(state), STAY, chosen)
        turn = jnp.where(chosen == TURN_LEFT, 1, jnp.where(chosen == TURN_RIGHT, -1, 0))
        order = jax.random.uniform(order_key, (2,))
        met = pick_up(walk(state, turn, chosen == FORWARD, order))
        met = light_up(met, chosen == INTERACT)
        running = ~ended(state, params)
        pairs = _pairs(met, chosen == INTERACT) & running

        after, thawed = freeze(met, pairs, params)
        clock = tick(state, params)
        back = thawed.any() | clock.anew
        places, headings = self._spawn(spawn_key)
        following = State(
            places=jnp.where(back, places, after.places),
            headings=jnp.where(back, headings, after.headings),
            coins=jnp.where(clock.anew, self._deal(coins_key), after.coins),
            lying=after.lying | back,
            inventories=jnp.where(back, 0, after.inventories),
            frozen=jnp.where(clock.anew, 0, after.frozen),
            beams=after.beams & ~clock.anew,
            inner_step=clock.inner_step,
            inner_episode=clock.inner_episode,
        )
        following = tree_where(running, following, state)
        return following, self._timestep(met, following, pairs, clock.done & running, params)

    def observe(self, state: State) -> jax.Array:
        """What red and blue see, `f32[2, 256]`; see the README."""
        seen = window(state, SIGHT)
        own = PLAYER + jnp.arange(2)[:, None, None]
        codes = [own, 2 * PLAYER + 1 - own, COIN + COOPERATE, COIN + DEFECT, WALL, BEAM]
        planes = jnp.stack([seen == code for code in codes], axis=-1)
        planes = jnp.concatenate([planes, bearings(state, seen)], axis=-1)
        may, together = eligible(state), state.frozen[0, 1] > 0
        held = state.inventories
        facts = [held, may[:, None], may[::-1, None], jnp.where(together, held[::-1], 0)]
        return jnp.concatenate([planes.reshape(2, -1), *facts], axis=1).astype(jnp.float32)

    def _spawn(self, key: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Places `i32[2, 2]`, opposite each other, and headings `i32[2]`."""
        cell_key, heading_key = jax.random.split(key)
        spawns, size = layout().spawns, layout().size
        red = jnp.asarray(spawns)[jax.random.randint(cell_key, (), 0, len(spawns))]
        return jnp.stack([red, size - 1 - red]), jax.random.randint(heading_key, (2,), 0, 4)

    def _deal(self, key: jax.Array) -> jax.Array:
        """Where the coins lie, `i32[2, 6, 2]`."""
        coins = jnp.asarray(layout().coins)
        if self.coins == "fixed":
            return coins
        order = jnp.argsort(jax.random.uniform(key, (coins.shape[0] * coins.shape[1],)))
        return coins.reshape(-1, 2)[order].reshape(coins.shape)

    def _timestep(
        self, met: State, state: State, pairs: jax.Array, done: jax.Array, params: Params
    ) -> Timestep[Any]:
        """What both see of a state; `met` is the one in which `pairs` interacted."""
        free = ~is_frozen(state)
        over = jnp.full(2, ended(state, params))
        return Timestep(
            obs=_by_group(self.observe(state)),
            reward=_by_group(rewards(met, pairs, params)),
            terminated=_by_group(over),
            legal=_by_group((free & ~over)[:, None] | (jnp.arange(5) == STAY)),
            info=outcome(met, pairs, done),
        )


def _pairs(state: State, interacts: jax.Array) -> jax.Array:
    """Whether red, as row player, interacts with blue: `bool[2, 2]`, true at most at [0, 1]."""
    reached = (beam_cells(state)[:, :, None] == state.places).all(-1).any(1)
    zapped = (reached & interacts[:, None]).at[jnp.arange(2), jnp.arange(2)].set(False)
    both = zapped.any() & eligible(state).all()
    return jnp.zeros((2, 2), bool).at[0, 1].set(both)


def _by_group(rows: jax.Array) -> dict[str, jax.Array]:
    """The first row is red's, the second blue's."""
    return {"red": rows[:1], "blue": rows[1:]}

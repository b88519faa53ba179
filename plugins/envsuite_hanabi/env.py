"""Hanabi: players who see every hand but their own build fireworks together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite_hanabi import observe
from envsuite_hanabi.cards import UNKNOWN, full_deck
from envsuite_hanabi.moves import Moves, legal_moves, move_table, to_move
from envsuite_hanabi.options import check_options
from envsuite_hanabi.shuffle import shuffle_unknown
from envsuite_hanabi.state import Params, State, finished, score
from envsuite_hanabi.turn import deal, take_turn


@dataclass(frozen=True)
class Hanabi(Env[State, Params]):
    """Players who see every hand but their own build a firework of each colour, from 1 up.

    In turn a player plays a card, discards one, or tells another player all their cards of a
    colour or of a rank. Everyone earns 1 for each card that fits; losing the last life costs all
    that was earned. See the README for all rules.

    Attributes:
        players: From 2 to 5.
        colors: From 1 to 5: red, yellow, green, white, blue.
        copies: How many cards of each rank a colour has; so many ranks there are.
        hand_size: Cards a hand; `None` for 5 with two or three players and 4 with more.
        information_tokens: How many there are, and are there at the start.
        life_tokens: How many wrong plays end the game.
        beliefs: What is observed of each card: `"counted"`, how likely it is each kind of card
            given hints, fireworks and discards; or `"possible"`, the kinds that hints allow.

    Raises:
        ValueError: On construction, for a number out of range; in `reset`, for a deck of another
            size.
    """

    players: int = 2
    _: KW_ONLY
    colors: int = 5
    copies: Sequence[int] = (3, 2, 2, 2, 1)
    hand_size: int | None = None
    information_tokens: int = 8
    life_tokens: int = 3
    beliefs: str = "counted"

    def __post_init__(self) -> None:
        """Bring a list into a form that hashes, and check all."""
        if isinstance(self.copies, list):
            object.__setattr__(self, "copies", tuple(self.copies))
        check_options(self)

    @property
    def ranks(self) -> int:
        """How many ranks a colour has."""
        return len(self.copies)

    @property
    def cards(self) -> int:
        """How many cards the deck has before the deal."""
        return self.colors * sum(self.copies)

    @property
    def hand(self) -> int:
        """How many cards a hand has."""
        if self.hand_size is None:
            return 5 if self.players <= 3 else 4
        return self.hand_size

    @property
    def moves(self) -> Moves:
        """What each action means."""
        return move_table(self.players, self.hand, self.colors, self.ranks)

    @property
    def agents(self) -> Mapping[str, int]:
        """One group, in the order of the seats; the first player begins."""
        return {"player": self.players}

    @property
    def noop_action(self) -> int:
        """To pass, which is legal while another is to move."""
        return self.moves.kind.size - 1

    @property
    def observation_space(self) -> spaces.Dict:
        """What one player sees, `f32[size]`."""
        box = spaces.Box(0.0, 1.0, (observe.observation_size(self),), np.float32)
        return spaces.Dict({"player": box})

    @property
    def action_space(self) -> spaces.Dict:
        """Discards, plays, colour hints, rank hints, and the pass."""
        return spaces.Dict({"player": spaces.Discrete(self.moves.kind.size)})

    @property
    def world_space(self) -> spaces.Box:
        """Where `world` lies."""
        return spaces.Box(0.0, 1.0, (observe.world_size(self),), np.float32)

    def default_params(self) -> Params:
        """A deck left wholly to chance."""
        return Params(np.full(self.cards, UNKNOWN, np.int32))

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Shuffle what the params leave open, and deal."""
        if jnp.shape(params.deck) != (self.cards,):
            raise ValueError(
                f"a deck of shape {jnp.shape(params.deck)} does not fit {self}: "
                f"give one of shape {(self.cards,)}, with -1 for each card to be drawn"
            )
        deck = jnp.asarray(params.deck, jnp.int32)
        state = deal(self, shuffle_unknown(key, deck, full_deck(self.colors, self.copies)))
        return state, self._timestep(state, jnp.float32(0))

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Do what the player to move chose; the others' actions are ignored."""
        following = take_turn(self, state, action["player"][state.turn])
        # a difference, so that losing the last life takes back what was earned, and no more
        reward = (score(following) - score(state)).astype(jnp.float32)
        return following, self._timestep(following, reward)

    def world(self, state: State) -> jax.Array:
        """Everything but the order of the deck, for centralised critics; `f32[size]` in [0, 1].

        Who is to move, all hands, the board, the discards, then what is publicly known of each
        card; the blocks are those of the observations.
        """
        return observe.world(self, state)

    def _timestep(self, state: State, reward: jax.Array) -> Timestep[Any]:
        """What the players see of a state."""
        over = finished(state, self.ranks)
        return Timestep(
            obs={"player": observe.observe(self, state)},
            reward={"player": jnp.full(self.players, reward)},
            terminated={"player": jnp.full(self.players, over)},
            truncated=jnp.bool_(False),
            legal={"player": legal_moves(self, state)},
            to_act={"player": to_move(self, state)},
            info={
                "score": score(state),
                "won": (state.fireworks == self.ranks).all(),
                "bombed": state.lives <= 0,
            },
        )

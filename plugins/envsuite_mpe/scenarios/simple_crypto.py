"""SimpleCrypto: send a message under a key that a listener does not know."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import joined, one_hot

WORDS = 4


@dataclass(frozen=True)
class SimpleCrypto:
    """Alice sends Bob a message under a key that both know; Eve hears it and does not.

    Message and key are each one of two words, drawn for the episode; `goals` holds the numbers of
    both. Bob and Eve say what they take the message for. Nobody moves.
    """

    @property
    def entities(self) -> Entities:
        """Three who speak; the two landmarks show the two words in pictures."""
        return Entities(
            agents=tuple(
                AgentKind(name, 1, radius=0.05, moves=False, speaks=True)
                for name in ("eve", "bob", "alice")
            ),
            landmarks=(LandmarkKind("landmark", 2, radius=0.05),),
            learners=("bob", "alice", "eve"),
            vocabulary=WORDS,
            goals=2,
        )

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Alice: message and key. Bob: the key and what Alice said. Eve: what Alice said."""
        message, key = one_hot(state.goals[:1], WORDS), one_hot(state.goals[1:], WORDS)
        said = state.words[2:]
        return {"eve": said, "bob": joined(key, said), "alice": joined(message, key)}

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Eve: less her error. Alice and Bob: Eve's error less Bob's.

        An error is the squared distance of what was said from the message; who says nothing at
        all, with every number of the word zero, has none.
        """
        said = state.words[:2]
        wrong = said - one_hot(state.goals[0], WORDS)
        errors = jnp.where((said == 0.0).all(axis=1), 0.0, (wrong * wrong).sum(axis=1))
        eve, bob = errors[:1], errors[1:]
        return {"eve": -eve, "bob": eve - bob, "alice": eve - bob}

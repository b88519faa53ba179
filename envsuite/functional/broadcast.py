"""Talking within a team, at a price: everyone may send its teammates what it sees."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, Protocol, TypeVar, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.errors import nearest
from envsuite.core.timestep import PerAgent, Timestep
from envsuite.functional.struct import struct
from envsuite.functional.transform import Transform, game_state, is_text, unwrapped

S_contra = TypeVar("S_contra", contravariant=True)

PAYLOADS = ("observation", "state")
PAID_BY = ("sender", "team")


@runtime_checkable
class OwnState(Protocol[S_contra]):
    """A game that can say of each agent what is its own part of the state."""

    @property
    def own_state_space(self) -> spaces.Dict:
        """By group, the `Box` in which one agent's own state lies."""
        ...

    def own_state(self, state: S_contra) -> Mapping[str, jax.Array]:
        """By group, `f32[n, k]`."""
        ...


@struct
class Heard:
    """A state, and what everyone has last sent; each leaf by group."""

    inner: Any
    message: dict[str, jax.Array]  # f32[n, k]; zeros before the first
    age: dict[str, jax.Array]  # i32[n]: steps since it was sent; -1 before the first
    able: dict[str, jax.Array]  # bool[n]: alive and to move, so that it can send


@dataclass(frozen=True)
class Broadcast(Transform):
    """Gives every agent the choice to broadcast to its team, for a cost, with each action.

    In a group of several agents with `k` actions each there are `2 * k`: action `a + k` is action
    `a`, and sends. What is sent is the sender's observation *after* the step, and its teammates
    have it in their observations of that same step: if all always send, each sees what all see.
    A message stays until the next one of its sender takes its place, and grows old.

    Observations become `f32[features + (n - 1) * (1 + k)]`: the game's own, flattened; then for
    each teammate, in the order of the rows, how fresh its last message is, 1 / (1 + steps since
    it was sent), from 1 to 0, and the message itself; all zero before the first. Masks are doubled
    as well. Whoever has terminated, or is not to move, sends nothing and pays nothing. `info` gains
    `broadcasts` (`{group: bool[n]}`, who sent in this step) and `message_age` (`{group: i32[n]}`,
    steps since each last sent, -1 if it never did). Groups of one agent stay as they are.

    The broadcast of distributed option-critic, arXiv:1911.12825, made part of a game.

    Attributes:
        cost: What a broadcast costs, in units of reward.
        payload: What is sent: the `"observation"`, or the agent's own `"state"` in games that
            tell it (`OwnState`).
        paid_by: The `"sender"`, or everyone in its `"team"`.
        known_start: Whether all have sent, free of charge, when an episode begins.

    Raises:
        TypeError: On construction, for a game of words, and where actions are not `Discrete` or
            observations no `Box`.
        ValueError: On construction, if no group has two agents, for an unknown choice, a cost that
            is not a finite number, and a game that does not tell the agents' own states.
    """

    cost: float = 0.01
    payload: str = "observation"
    paid_by: str = "sender"
    known_start: bool = False

    def __post_init__(self) -> None:
        """Refuse games in which nobody can be heard, and choices that are not on offer."""
        name = type(unwrapped(self.env)).__name__
        if is_text(self.env):
            raise TypeError(f"{name} is a game of words: there are no teammates to broadcast to")
        if not self._teams:
            raise ValueError(
                f"no group of {name} has two agents, so nobody would hear a broadcast: its groups "
                f"are {dict(self.env.agents)}"
            )
        for group in self._teams:
            seen, does = self.env.observation_space[group], self.env.action_space[group]
            if not isinstance(does, spaces.Discrete) or does.start != 0:
                raise TypeError(
                    f"broadcasting doubles Discrete actions that begin at 0, but {group} of {name} "
                    f"acts in {does}: choose discrete actions, if the game offers them"
                )
            if not isinstance(seen, spaces.Box):
                raise TypeError(
                    f"{group} of {name} sees {seen}, which is no Box: it cannot be sent"
                )
        for field, offered in (("payload", PAYLOADS), ("paid_by", PAID_BY)):
            value = getattr(self, field)
            if value not in offered:
                near = nearest(str(value), offered)
                hint = f"did you mean {near!r}? " if near else ""
                raise ValueError(
                    f"broadcast {field} {value!r} is unknown: {hint}choose from "
                    f"{', '.join(offered)}"
                )
        number = isinstance(self.cost, Real) and not isinstance(self.cost, bool)
        if not number or not math.isfinite(self.cost):
            raise ValueError(f"the cost of a broadcast must be a finite number, not {self.cost!r}")
        if self.payload == "state" and not isinstance(unwrapped(self.env), OwnState):
            raise ValueError(
                f"{name} does not tell the agents' own states (own_state): send the observation"
            )

    @property
    def observation_space(self) -> spaces.Dict:
        """The game's own observation, flattened, and the messages of all teammates."""
        known = dict(self.env.observation_space.spaces)
        for group, size in self._teams.items():
            own, sent = known[group], self._payload_space(group)
            low, high = (
                np.concatenate([_flat(mine), np.tile([fresh, *_flat(theirs)], size - 1)])
                for mine, fresh, theirs in (
                    (own.low, 0.0, np.minimum(sent.low, 0)),  # 0: nothing was sent yet
                    (own.high, 1.0, np.maximum(sent.high, 0)),
                )
            )
            known[group] = spaces.Box(low.astype(np.float32), high.astype(np.float32))
        return spaces.Dict(known)

    @property
    def action_space(self) -> spaces.Dict:
        """Each action without and with a broadcast."""
        known = dict(self.env.action_space.spaces)
        for group in self._teams:
            known[group] = spaces.Discrete(2 * int(known[group].n))
        return spaces.Dict(known)

    def reset(self, key: jax.Array, params: Any) -> tuple[Heard, Timestep[Any]]:
        """Begin an episode, with nothing sent or, with a known start, with everything."""
        inner, timestep = self.env.reset(key, params)
        sent = self._payload(inner, timestep)
        known = jnp.float32(self.known_start)
        state = Heard(
            inner,
            message={group: known * sent[group] for group in self._teams},
            age={
                group: jnp.full(size, 0 if self.known_start else -1, jnp.int32)
                for group, size in self._teams.items()
            },
            able=self._able(timestep),
        )
        quiet = {group: jnp.zeros(size, bool) for group, size in self._teams.items()}
        return state, self._shown(state, timestep, quiet)

    def step(
        self, key: jax.Array, state: Heard, action: Mapping[str, Any], params: Any
    ) -> tuple[Heard, Timestep[Any]]:
        """Play the actions; then those who chose to broadcast send what they see."""
        played, speaks = dict(action), {}
        for group in self._teams:
            choices = self.env.action_space[group].n
            speaks[group] = (action[group] >= choices) & state.able[group]
            played[group] = action[group] % choices
        inner, timestep = self.env.step(key, state.inner, played, params)
        sent = self._payload(inner, timestep)
        message, age, reward = {}, {}, dict(timestep.reward)
        for group, size in self._teams.items():
            now, old = speaks[group], state.age[group]
            message[group] = jnp.where(now[:, None], sent[group], state.message[group])
            age[group] = jnp.where(now, 0, jnp.where(old < 0, -1, old + 1))
            paid = jnp.full(size, now.sum()) if self.paid_by == "team" else now
            reward[group] = reward[group] - jnp.float32(self.cost) * paid
        following = Heard(inner, message, age, self._able(timestep))
        return following, self._shown(following, replace(timestep, reward=reward), speaks)

    def inner_state(self, state: Heard) -> Any:
        """The state without its messages."""
        return state.inner

    @property
    def _teams(self) -> dict[str, int]:
        """The groups in which somebody hears."""
        return {group: size for group, size in self.env.agents.items() if size > 1}

    def _payload_space(self, group: str) -> Any:
        game: Any = unwrapped(self.env)
        if self.payload == "state":
            return game.own_state_space[group]
        return self.env.observation_space[group]

    def _payload(self, inner: Any, timestep: Timestep[Any]) -> dict[str, jax.Array]:
        """What each agent would send, `{group: f32[n, k]}`."""
        told = timestep.obs
        if self.payload == "state":
            game: Any = unwrapped(self.env)
            told = game.own_state(game_state(self.env, inner))
        return {group: _rows(told[group]) for group in self._teams}

    def _able(self, timestep: Timestep[Any]) -> dict[str, jax.Array]:
        """Who can send in the next step, `{group: bool[n]}`."""
        able = {group: ~timestep.terminated[group] for group in self._teams}
        if timestep.to_act is not None:
            able = {group: able[group] & timestep.to_act[group] for group in able}
        return able

    def _shown(
        self, state: Heard, timestep: Timestep[Any], speaks: dict[str, jax.Array]
    ) -> Timestep[Any]:
        """The timestep with messages in what is observed, and doubled masks."""
        obs = dict(timestep.obs)
        legal: PerAgent | None = None if timestep.legal is None else dict(timestep.legal)
        for group, size in self._teams.items():
            age = state.age[group]
            fresh = jnp.where(age < 0, 0.0, 1 / (1 + jnp.maximum(age, 0)))
            told = jnp.concatenate([fresh[:, None], state.message[group]], axis=1)
            others = np.array([[row for row in range(size) if row != own] for own in range(size)])
            obs[group] = jnp.concatenate([_rows(obs[group]), _rows(told[others])], axis=1)
            if legal is not None:
                sends = legal[group] & state.able[group][:, None]
                legal[group] = jnp.concatenate([legal[group], sends], axis=1)
        info = {**timestep.info, "broadcasts": speaks, "message_age": state.age}
        return replace(timestep, obs=obs, legal=legal, info=info)


def _rows(leaf: jax.Array) -> jax.Array:
    """One flat row for each agent, `f32[n, features]`."""
    return leaf.reshape(leaf.shape[0], -1).astype(jnp.float32)


def _flat(bound: Any) -> np.ndarray:
    return np.asarray(bound, np.float64).ravel()

"""The host engine: plays games of words, which no device can, in a loop of Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from gymnasium import spaces

from envsuite.core.env import TextEnv
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.engines.base import Autoreset, Seed, check_autoreset, check_mask, seed_words
from envsuite.engines.picture import draw
from envsuite.functional.transform import game_state, unwrapped


@dataclass(frozen=True)
class HostSlot:
    """One copy between two steps."""

    state: Any
    seed: tuple[int, int]  # the 64 bits that begin its stream
    draws: int  # how many keys have been drawn from the stream
    over: bool
    params: Any
    shown: Timestep[Any]


class HostEngine:
    """Plays `num_envs` copies of a `TextEnv` one after another; see `Engine` for the promises.

    Observations and actions are lists of `num_envs` strings; rewards and flags are NumPy arrays
    `[num_envs]`; the entries of `info` are lists.
    """

    backend = "host"
    on_host = True

    def __init__(
        self,
        spec: EnvSpec,
        env: Any,
        num_envs: int,
        *,
        autoreset: Autoreset = "same-step",
        devices: None = None,
    ) -> None:
        """Prepare `num_envs` copies of `env`, a `TextEnv` with its transforms."""
        if num_envs < 1:
            raise ValueError(f"num_envs must be at least 1, not {num_envs}")
        if devices is not None:
            raise ValueError(f"{spec.id} is a game of words: it plays on the host, not on devices")
        self.spec = spec
        self.env: TextEnv[Any, Any] = env
        self.num_envs = num_envs
        self.autoreset: Autoreset = check_autoreset(autoreset)
        self.agents: Mapping[str, int] = {}
        self.observation_space: spaces.Space[Any] = env.observation_space
        self.action_space: spaces.Space[Any] = env.action_space
        self.params = env.default_params()
        self._slots: tuple[HostSlot, ...] = ()

    def reset(
        self, seed: Seed = None, *, mask: np.ndarray | None = None, params: Any = None
    ) -> Timestep[Any]:
        """Begin new episodes; see `Engine.reset`. `params` is a sequence, one for each slot."""
        first = not self._slots
        chosen = np.ones(self.num_envs, bool) if mask is None else check_mask(mask, self.num_envs)
        if first and not chosen.all():
            raise RuntimeError("the first reset begins every slot: call reset() without a mask")
        words = seed_words(seed, self.num_envs) if first or seed is not None else None
        following = []
        for slot in range(self.num_envs):
            if not chosen[slot]:
                following.append(self._slots[slot])
                continue
            if words is not None:
                stream, draws = (int(words[slot, 0]), int(words[slot, 1])), 0
            else:
                stream, draws = self._slots[slot].seed, self._slots[slot].draws
            kept = self.params if first else self._slots[slot].params
            own = kept if params is None else params[slot]
            following.append(self._begin(stream, draws, own))
        self._slots = tuple(following)
        return _stack([slot.shown for slot in self._slots])

    def step(self, action: Any, params: Any = None) -> Timestep[Any]:
        """Play one step in every slot; see `Engine.step`."""
        if not self._slots:
            raise RuntimeError("call reset() before the first step()")
        if isinstance(action, str) or len(action) != self.num_envs:
            raise ValueError(f"the action is a sequence of {self.num_envs} strings, one a copy")
        if self.autoreset == "disabled" and any(slot.over for slot in self._slots):
            ended = [i for i, slot in enumerate(self._slots) if slot.over][:8]
            raise RuntimeError(
                f"the episodes in slots {ended} are over: reset them, by reset(mask=...), "
                "before the next step()"
            )
        for index, words in enumerate(action):
            if words not in self.action_space:
                raise ValueError(f"action {index}, {words!r}, is not in {self.action_space}")
        following, shown = [], []
        for index, (slot, words) in enumerate(zip(self._slots, action, strict=True)):
            task = slot.params if params is None else params[index]
            slot, timestep = self._play(slot, words, task)
            following.append(slot)
            shown.append(timestep)
        self._slots = tuple(following)
        return _stack(shown)

    @property
    def state(self) -> tuple[HostSlot, ...]:
        """The state as a value: keep it, and put it back into this or an equal engine."""
        return self._slots

    @state.setter
    def state(self, slots: tuple[HostSlot, ...]) -> None:
        if len(slots) != self.num_envs:
            raise ValueError(
                f"a state of {len(slots)} copies does not fit an engine of {self.num_envs}"
            )
        self._slots = slots

    def world(self) -> Any:
        """Games of words show no global state."""
        raise TypeError(f"{self.spec.id} is a game of words and shows no global state")

    def moment(self, slot: int = 0) -> tuple[Any, Any]:
        """State and params of one slot; see `Engine.moment`."""
        if not self._slots:
            raise RuntimeError("there is no state before the first reset()")
        own = self._slots[slot]
        return game_state(self.env, own.state), own.params

    def moments(self) -> tuple[Any, Any]:
        """States and params of all slots, each a list; see `Engine.moments`."""
        states = [game_state(self.env, own.state) for own in self._slots]
        return states, [own.params for own in self._slots]

    def frame(self, slot: int = 0) -> np.ndarray:
        """A picture of one slot; see `Engine.frame`."""
        return draw(self.spec, unwrapped(self.env), *self.moment(slot))

    def _begin(self, stream: tuple[int, int], draws: int, params: Any) -> HostSlot:
        state, timestep = self.env.reset(_draw(stream, draws), params)
        return HostSlot(state, stream, draws + 1, False, params, timestep)

    def _play(self, slot: HostSlot, words: str, params: Any) -> tuple[HostSlot, Timestep[Any]]:
        """One step of one copy, and what is seen of it."""
        if self.autoreset == "next-step" and slot.over:
            fresh = self._begin(slot.seed, slot.draws, params)
            return fresh, _note(fresh.shown, over=np.False_)
        key = _draw(slot.seed, slot.draws)
        state, played = self.env.step(key, slot.state, words, slot.params)
        over = bool(played.terminated) or bool(played.truncated)
        slot = replace(slot, state=state, draws=slot.draws + 1, over=over, shown=played)
        if self.autoreset != "same-step":
            return slot, _note(played, over=np.bool_(over))
        if over:
            slot = self._begin(slot.seed, slot.draws, params)
        shown = replace(
            slot.shown,
            reward=played.reward,
            terminated=played.terminated,
            truncated=played.truncated,
        )
        notes = {"over": np.bool_(over), "final_obs": played.obs, "final_info": played.info}
        return slot, _note(shown, **notes)


def _draw(stream: tuple[int, int], draws: int) -> int:
    """The key after `draws` draws: a hash of the stream's seed and the count."""
    words = np.random.SeedSequence((*stream, draws)).generate_state(1, np.uint64)
    return int(words[0])


def _note(timestep: Timestep[Any], **figures: Any) -> Timestep[Any]:
    return replace(timestep, info={**timestep.info, **figures})


def _stack(timesteps: list[Timestep[Any]]) -> Timestep[Any]:
    """One timestep of all copies: lists of words, arrays of numbers."""
    return Timestep(
        obs=[timestep.obs for timestep in timesteps],
        reward=np.array([timestep.reward for timestep in timesteps], np.float32),
        terminated=np.array([timestep.terminated for timestep in timesteps], bool),
        truncated=np.array([timestep.truncated for timestep in timesteps], bool),
        info=_stack_info([timestep.info for timestep in timesteps]),
    )


def _stack_info(infos: list[Mapping[str, Any]]) -> dict[str, Any]:
    stacked: dict[str, Any] = {}
    for name in infos[0]:
        values = [info[name] for info in infos]
        if isinstance(values[0], Mapping):
            stacked[name] = _stack_info(values)
        elif isinstance(values[0], str):
            stacked[name] = values
        else:
            stacked[name] = np.array(values)
    return stacked

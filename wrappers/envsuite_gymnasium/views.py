"""A batch of timesteps as one learner sees it, and its actions as the engine takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import jax
import numpy as np
from gymnasium import spaces

from envsuite.core.errors import nearest
from envsuite.core.timestep import Timestep
from envsuite.core.tokens import Tokens
from envsuite.engines.base import Engine
from envsuite.engines.kind import plays_words
from envsuite.functional.team import all_members, mean_of_members

VIEWS = ("team", "seat", "tokens")


class View(Protocol):
    """Both directions of the passage between an engine and one learner.

    Timesteps and actions have the leading axis `[copies]`. Only methods of arrays are used on
    them, so that NumPy arrays pass as well as JAX arrays, traced ones too.
    """

    @property
    def observation_space(self) -> spaces.Space[Any]:
        """What the learner sees of one copy."""
        ...

    @property
    def action_space(self) -> spaces.Space[Any]:
        """What the learner does in one copy."""
        ...

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """The timestep of a single agent; `info` gains `action_mask` where there is one."""
        ...

    def play(self, action: Any) -> Any:
        """The engine's action."""
        ...


@dataclass(frozen=True)
class Alone:
    """A single agent's game, as it is."""

    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """Add the mask to `info`."""
        return _with_mask(timestep)

    def play(self, action: Any) -> Any:
        """Nothing to change."""
        return action


@dataclass(frozen=True)
class Team:
    """All seats of one group as one learner.

    Observations are joined end to end, and so are actions and masks; the reward is the mean over
    the seats; the team has terminated when all its seats have. `info["agents_terminated"]`,
    `bool[copies, seats]`, says which seats have.
    """

    group: str
    size: int
    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]
    seat_shape: tuple[int, ...]  # of one seat's action

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """Join the seats."""
        own = timestep.terminated[self.group]
        info = dict(timestep.info)
        if "over" in info:
            # what is shown beside the flags is the next episode's, in which nobody has ended
            running = own & ~info["over"][:, None] if "final_obs" in info else own
            info["agents_terminated"] = running
        else:
            info["agents_terminated"] = own
        if "final_obs" in info:
            info["final_obs"] = _joined(info["final_obs"][self.group])
            info["final_info"] = {**info["final_info"], "agents_terminated": own}
        legal = timestep.legal
        return _with_mask(
            Timestep(
                obs=_joined(timestep.obs[self.group]),
                reward=mean_of_members(timestep.reward[self.group]),
                terminated=all_members(own),
                truncated=timestep.truncated,
                legal=None if legal is None else _joined(legal[self.group]),
                info=info,
            )
        )

    def play(self, action: Any) -> Any:
        """Deal the action out to the seats."""
        return {self.group: action.reshape(action.shape[0], self.size, *self.seat_shape)}


@dataclass(frozen=True)
class Seat:
    """One seat of a group; policies play the others."""

    group: str
    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """Take the seat's row."""

        def row(tree: Any) -> Any:
            return jax.tree.map(lambda leaf: leaf[:, 0], tree[self.group])

        info = dict(timestep.info)
        if "final_obs" in info:
            info["final_obs"] = row(info["final_obs"])
        return _with_mask(
            Timestep(
                obs=row(timestep.obs),
                reward=row(timestep.reward),
                terminated=row(timestep.terminated),
                truncated=timestep.truncated,
                legal=None if timestep.legal is None else row(timestep.legal),
                info=info,
            )
        )

    def play(self, action: Any) -> Any:
        """Give the row its axis back."""
        return {self.group: action[:, None]}


@dataclass(frozen=True)
class Words:
    """A game of words as it is: tuples of strings."""

    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """Tuples, as Gymnasium batches strings; object arrays in `info`, as it stacks them."""
        return replace(timestep, obs=tuple(timestep.obs), info=_objects(timestep.info))

    def play(self, action: Any) -> Any:
        """Nothing to change."""
        return action


@dataclass(frozen=True)
class WordCodes:
    """A game of words as arrays of codes; see `Tokens`."""

    seen: Tokens
    said: Tokens

    @property
    def observation_space(self) -> spaces.MultiDiscrete:
        """The codes of what is read."""
        return self.seen.space

    @property
    def action_space(self) -> spaces.MultiDiscrete:
        """The codes of what is said."""
        return self.said.space

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """Encode what is read."""
        info = dict(timestep.info)
        if "final_obs" in info:
            info["final_obs"] = np.stack([self.seen.encode(words) for words in info["final_obs"]])
        codes = np.stack([self.seen.encode(words) for words in timestep.obs])
        return replace(timestep, obs=codes, info=_objects(info))

    def play(self, action: Any) -> Any:
        """Decode what is said."""
        return [self.said.decode(codes) for codes in action]


def view_of(engine: Engine, view: str) -> View:
    """How a learner sees the games that an engine plays.

    Raises:
        ValueError: For an unknown view.
        TypeError: For a view that the game does not admit; it names one that it does.
    """
    check_view(view)
    see, do = engine.observation_space, engine.action_space
    words = plays_words(engine)
    if view == "tokens":
        if not words or not isinstance(see, spaces.Text) or not isinstance(do, spaces.Text):
            raise TypeError(f'{engine.spec.id} is no game of words: view="tokens" is for those')
        return WordCodes(Tokens(see), Tokens(do))
    if words:
        return Words(see, do)
    if not engine.agents:
        return Alone(see, do)
    (group, size), *others = engine.agents.items()
    assert not others, "the factory leaves one group to the learner"
    assert isinstance(see, spaces.Dict) and isinstance(do, spaces.Dict)
    if view == "seat":
        return Seat(group, see[group], do[group])
    shape = tuple(do[group].shape or ())
    return Team(group, size, _repeated(see[group], size), _repeated(do[group], size), shape)


def check_view(view: str) -> None:
    """Raise `ValueError` unless `view` is one of the three."""
    if view not in VIEWS:
        near = nearest(str(view), VIEWS)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"no view {view!r}{hint} The views are {list(VIEWS)}")


def _repeated(space: spaces.Space[Any], times: int) -> spaces.Space[Any]:
    """The space of `times` points joined end to end."""
    if isinstance(space, spaces.Discrete) and space.start == 0:
        return spaces.MultiDiscrete(np.full(times, space.n))
    if isinstance(space, spaces.MultiDiscrete) and not space.start.any():
        return spaces.MultiDiscrete(np.tile(space.nvec.ravel(), times))
    if isinstance(space, spaces.Box):
        low, high = (np.tile(bound.ravel(), times) for bound in (space.low, space.high))
        return spaces.Box(low, high, dtype=space.dtype.type)
    raise TypeError(
        f'a team view cannot join {space}: take view="seat", or an API for several agents'
    )


def _joined(leaf: Any) -> Any:
    """From `[copies, seats, ...]` to `[copies, joined]`."""
    return leaf.reshape(leaf.shape[0], -1)


def _with_mask(timestep: Timestep[Any]) -> Timestep[Any]:
    if timestep.legal is None:
        return timestep
    mask = timestep.legal.astype(np.int8)  # what the spaces of Gymnasium sample with
    return replace(timestep, info={**timestep.info, "action_mask": mask})


def _objects(info: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of strings as object arrays."""
    shown = {}
    for name, value in info.items():
        if isinstance(value, Mapping):
            value = _objects(value)
        elif isinstance(value, list):
            value = np.array(value, dtype=object)
        shown[name] = value
    return shown

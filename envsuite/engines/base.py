"""What every engine promises, and the checks they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np
from gymnasium import spaces

from envsuite.core.errors import nearest
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep

Autoreset = Literal["same-step", "next-step", "disabled"]
Seed = int | Sequence[int] | None


@runtime_checkable
class Engine(Protocol):
    """Plays `num_envs` copies of a game at once; every array has the leading axis `num_envs`.

    Autoreset modes, as in Gymnasium:

    - `"same-step"`: the step that ends an episode returns the first observation of the next one,
      with the reward and flags of the step itself; `info["final_obs"]` and `info["final_info"]`
      (dense, meaningful where `info["over"]`) hold what the step itself showed.
    - `"next-step"`: it returns the final observation; the step after it ignores the action and
      returns the new episode's first observation with reward 0 and no flag.
    - `"disabled"`: it returns the final observation; reset the slots that ended before the next
      step, by `reset(mask=...)`.

    The three modes play the same episodes: each slot draws its chance from a stream of its own,
    one draw for each step or reset. Slot `i` of `reset(seed=s)` plays what a single copy plays
    after `reset(seed=s + i)`, whatever `num_envs` is.

    Attributes:
        backend: Its name, as `make_engine` takes it.
        on_host: Whether what it hands out are NumPy arrays, which nobody else writes to while they
            are held; otherwise they are arrays on a device.
        spec: What the registry says of the game.
        env: The game with its transforms.
        num_envs: How many copies.
        agents: Group name to group size; empty for a single agent.
        observation_space: What one agent in one copy sees; a `Dict` by group.
        action_space: What it may do.
        autoreset: The mode.
        state: Everything between two steps, as a value to keep and to put back.
    """

    backend: str
    on_host: bool
    spec: EnvSpec
    env: Any
    num_envs: int
    agents: Mapping[str, int]
    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]
    autoreset: Autoreset
    state: Any

    def reset(
        self, seed: Seed = None, *, mask: np.ndarray | None = None, params: Any = None
    ) -> Timestep[Any]:
        """Begin new episodes in all slots, or in those of `mask`; the others do not change.

        Args:
            seed: Slot `i` is seeded with `seed + i`, or with the `i`-th of a sequence. `None`
                goes on with each slot's stream, which begins with fresh entropy.
            mask: `bool[num_envs]`.
            params: Tasks for the slots that are reset: a pytree of params with leading axis
                `num_envs`. `None` keeps each slot's own.
        """
        ...

    def step(self, action: Any, params: Any = None) -> Timestep[Any]:
        """Play one step in every slot.

        Args:
            action: `[num_envs, ...]`, or `{group: [num_envs, n, ...]}`.
            params: Tasks, one per slot, for episodes that begin within this step.

        Raises:
            RuntimeError: Before the first `reset`; or with autoreset disabled, after the end.
            ValueError: If the action's structure, shape, dtype or range does not fit.
        """
        ...

    def world(self) -> Any:
        """The global state of every slot, `f32[num_envs, k]`; only for games that show it."""
        ...

    def moment(self, slot: int = 0) -> tuple[Any, Any]:
        """The game's own state in one slot, without what transforms add, and its params."""
        ...

    def moments(self) -> tuple[Any, Any]:
        """The same of all slots, with the leading axis `num_envs`; params without, if shared."""
        ...

    def frame(self, slot: int = 0) -> np.ndarray:
        """A picture of one slot, `uint8[height, width, 3]`."""
        ...


def check_autoreset(autoreset: str) -> Autoreset:
    """Raise `ValueError` unless `autoreset` is one of the three modes."""
    modes = get_args(Autoreset)
    if autoreset not in modes:
        near = nearest(autoreset, modes)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"no autoreset mode {autoreset!r}{hint} The modes are {list(modes)}")
    return autoreset  # pyright: ignore[reportReturnType] - narrowed by the test above


def seed_words(seed: Seed, num_envs: int) -> np.ndarray:
    """The 64 bits that begin each slot's stream, as `uint32[num_envs, 2]`.

    Seeds from 0 to 2**64 - 1 stand for themselves, so that engines written in other languages
    begin the same streams; larger ones are hashed; `None` draws fresh entropy.

    Raises:
        ValueError: For a negative seed or a sequence of the wrong length.
    """
    if seed is None:
        return np.random.SeedSequence().generate_state(2 * num_envs).reshape(num_envs, 2)
    if isinstance(seed, int | np.integer):
        seeds = [int(seed) + slot for slot in range(num_envs)]
    else:
        seeds = [int(value) for value in seed]
        if len(seeds) != num_envs:
            raise ValueError(f"{len(seeds)} seeds for {num_envs} copies: give one for each copy")
    if min(seeds) < 0:
        raise ValueError(f"a seed must be 0 or more, not {min(seeds)}")
    words = np.empty((num_envs, 2), np.uint32)
    for slot, value in enumerate(seeds):
        if value >> 64:
            words[slot] = np.random.SeedSequence(value).generate_state(2)
        else:
            words[slot] = value >> 32, value & 0xFFFFFFFF
    return words


def check_mask(mask: Any, num_envs: int) -> np.ndarray:
    """The mask as `bool[num_envs]`, or `ValueError`."""
    array = np.asarray(mask)
    if array.dtype != np.bool_ or array.shape != (num_envs,):
        raise ValueError(
            f"a reset mask is bool[{num_envs}], one entry a copy, "
            f"not {array.dtype}{list(array.shape)}"
        )
    return array


def check_actions(
    space: spaces.Space[Any], action: Any, agents: Mapping[str, int], num_envs: int
) -> Any:
    """Check the structure of a batch of actions, and the values of NumPy ones.

    The values of device arrays are not read, for that would wait for the device; out-of-range
    ones are illegal actions then, played as no-ops and counted.

    Raises:
        ValueError: Naming the group, what came and what is due.
    """
    if not agents:
        return _check_array("the action", space, action, (num_envs,))
    if not isinstance(action, Mapping):
        raise ValueError(
            f"the action is a mapping with an array for each group of {sorted(agents)}, "
            f"not {type(action).__name__}"
        )
    for group in action:
        if group not in agents:
            near = nearest(str(group), agents)
            hint = f"; did you mean {near!r}?" if near else ""
            raise ValueError(f"no group {group!r}{hint} The groups are {sorted(agents)}")
    if missing := sorted(set(agents) - set(action)):
        raise ValueError(f"no action for {missing}: give an array for each of {sorted(agents)}")
    assert isinstance(space, spaces.Dict)
    return {
        group: _check_array(f"the action of {group!r}", space[group], action[group], (num_envs, n))
        for group, n in agents.items()
    }


def _check_array(name: str, space: spaces.Space[Any], action: Any, lead: tuple[int, ...]) -> Any:
    """One group's actions, shaped `lead + space.shape`."""
    if not hasattr(action, "dtype") or not hasattr(action, "shape"):
        action = np.asarray(action)
    due = lead + tuple(space.shape or ())
    if tuple(action.shape) != due:
        raise ValueError(f"{name} has shape {list(action.shape)}; due is {list(due)} for {space}")
    host = isinstance(action, np.ndarray)
    kind = action.dtype.kind if host else np.dtype(str(action.dtype)).kind
    wanted = "iu" if not isinstance(space, spaces.Box) else "fiu"
    if kind not in wanted:
        raise ValueError(
            f"{name} has dtype {action.dtype}; due are "
            f"{'integers' if wanted == 'iu' else 'floats'} for {space}"
        )
    if not host or action.size == 0:
        return action
    if isinstance(space, spaces.Box):
        if not np.isfinite(action).all():
            where = np.argwhere(~np.isfinite(action))[0].tolist()
            raise ValueError(f"{name} is not finite at {where}: {action[tuple(where)]}")
        return action
    top = space.nvec if isinstance(space, spaces.MultiDiscrete) else getattr(space, "n", None)
    # read without its sign, what is below zero is large: one comparison finds both
    if top is not None and (action.view(f"u{action.dtype.itemsize}") >= top).any():
        where = np.argwhere((action < 0) | (action >= top))[0].tolist()
        raise ValueError(
            f"{name} is {action[tuple(where)]} at {where}; {space} takes 0 to {np.max(top) - 1}"
        )
    return action

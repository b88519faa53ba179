"""One copy of a game with all its seats, as both of PettingZoo's interfaces need it."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import jax
import numpy as np
from gymnasium import spaces

from envsuite import make_engine
from envsuite import spec as spec_of
from envsuite.core.errors import nearest
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.core.tokens import Tokens
from envsuite.engines.kind import fetched, plays_words, world_space
from envsuite.engines.tasks import level_text, one_task, task_in
from envsuite_pettingzoo.seats import Seats

MaskIn = Literal["info", "observation", "none"]
View = Literal["all", "tokens"]
FPS = 10  # slow enough to follow games whose steps are decisions, not physics


class Table:
    """A one-copy engine, its seats, their spaces, and what everyone last saw.

    Attributes:
        spec: What the registry says of the game.
        seats: The names of the agents.
        observation_spaces: By agent, an object for each.
        action_spaces: By agent, an object for each.
        turn_based: Whether the game says whose turn it is.
        world_space: The space of the global state; `None` if the game shows none.
        metadata: PettingZoo's.
        max_cycles: The time limit; `None` for none.
        cycles: Steps since the reset.
    """

    def __init__(
        self,
        spec_id: str | EnvSpec,
        *,
        backend: str,
        max_cycles: int | None,
        mask_in: MaskIn,
        view: View,
        render_mode: str | None,
        **options: Any,
    ) -> None:
        """See `ParallelGame`."""
        _check_choice("mask_in", mask_in, get_args(MaskIn))
        _check_choice("view", view, get_args(View))
        self.spec = spec_of(spec_id)
        self.engine = make_engine(
            self.spec, 1, backend, autoreset="disabled", max_steps=None, **options
        )
        self.seats = Seats(self.engine.agents)
        self._rows = {
            name: (name.rpartition("_")[0], int(name.rpartition("_")[2]))
            for name in self.seats.names
        }
        self.words = plays_words(self.engine)
        shape = None if self.words else self._shape()
        self.turn_based = shape is not None and shape.to_act is not None
        self.has_masks = shape is not None and shape.legal is not None
        self.mask_in = mask_in
        see, do = self.engine.observation_space, self.engine.action_space
        self._seen_codes = self._said_codes = None
        if view == "tokens":
            if not isinstance(see, spaces.Text) or not isinstance(do, spaces.Text):
                raise TypeError(f'{self.spec.id} is no game of words: view="tokens" is for those')
            self._seen_codes, self._said_codes = Tokens(see), Tokens(do)
            see, do = self._seen_codes.space, self._said_codes.space
        self.action_spaces = self._deal(do)
        self.observation_spaces = self._deal(see)
        if mask_in == "observation":
            for agent, space in self.action_spaces.items():
                self.observation_spaces[agent] = _with_mask(
                    self.observation_spaces[agent], space, agent
                )
        self.world_space = world_space(self.engine)
        modes = ["rgb_array"] if self.spec.render else []
        if render_mode is not None and render_mode not in modes:
            raise ValueError(f"{self.spec.id} has no render mode {render_mode!r}: it has {modes}")
        name = re.sub(r"\W+", "_", self.spec.id.rpartition("/")[2]).lower()
        self.metadata = {
            "name": f"{name}_v{self.spec.version}",
            "render_modes": modes,
            "render_fps": FPS,
            "is_parallelizable": True,
        }
        self.max_cycles = max_cycles
        self.cycles = 0
        self._seen: Timestep[Any] | None = None

    def reset(self, seed: int | None, options: Mapping[str, Any] | None) -> None:
        """Begin an episode; see `ParallelGame.reset`."""
        task = task_in(self.engine, options)
        if task is not None:
            task = one_task(self.engine, task)
        self.cycles = 0
        self._look(self.engine.reset(seed, params=task))

    def step(self, actions: Mapping[str, Any]) -> None:
        """Play one step with an action of every seat that acts; the others pass."""
        played = {}
        for agent, space in self.action_spaces.items():
            if agent in actions:
                played[agent] = _checked(agent, space, actions[agent])
            else:
                played[agent] = self._pass(space)
        joint = self.seats.gather(played)
        if self.words:
            batch = [self._said_codes.decode(joint) if self._said_codes else joint]
        elif self.seats.sizes:
            batch = {group: np.stack(rows)[None] for group, rows in joint.items()}
        else:
            batch = np.asarray(joint)[None]
        self._look(self.engine.step(batch))
        self.cycles += 1

    @property
    def truncated(self) -> bool:
        """Whether time is up."""
        return self.max_cycles is not None and self.cycles >= self.max_cycles

    def observation(self, agent: str) -> Any:
        """What an agent sees, in memory of its own."""
        space = self.observation_spaces[agent]
        if self._seen_codes:
            return self._seen_codes.encode(self._of(self.seen.obs, agent))
        if self.mask_in == "observation":
            assert isinstance(space, spaces.Dict)
            seen = _leaf(space["observation"], self._of(self.seen.obs, agent))
            return {"observation": seen, "action_mask": self.mask(agent)}
        return _leaf(space, self._of(self.seen.obs, agent))

    def reward(self, agent: str) -> float:
        """What an agent has earned by the last step."""
        return float(self._of(self.seen.reward, agent))

    def terminated(self, agent: str) -> bool:
        """Whether the game is over for an agent."""
        return bool(self._of(self.seen.terminated, agent))

    def is_to_act(self, agent: str) -> bool:
        """Whether the game waits for an agent."""
        return self.seen.to_act is None or bool(self._of(self.seen.to_act, agent))

    def mask(self, agent: str) -> np.ndarray:
        """What an agent may do, `i8[actions]`."""
        if self.seen.legal is None:
            space = self.action_spaces[agent]
            assert isinstance(space, spaces.Discrete)
            return np.ones(space.n, np.int8)
        return self._of(self.seen.legal, agent).astype(np.int8)

    def info(self, agent: str) -> dict[str, Any]:
        """The figures of the game; those by group are the agent's own."""
        info = {}
        for name, value in self.seen.info.items():
            if name == "over":
                continue
            if isinstance(value, Mapping) and value.keys() == self.seats.sizes.keys():
                info[name] = _copied(self._of(value, agent))
            else:
                info[name] = _copied(_at(value, (0,)))
        if self.cycles == 0 and (level := level_text(self.engine)) is not None:
            info["level"] = level
        if self.mask_in == "info" and self.has_masks:
            info["action_mask"] = self.mask(agent)
        return info

    def world(self) -> np.ndarray:
        """The global state, `f32[k]`."""
        if self.world_space is None:
            raise NotImplementedError(f"{self.spec.id} shows no global state")
        return np.array(self.engine.world()[0])

    @property
    def seen(self) -> Timestep[Any]:
        """What was last seen, with a leading axis of one copy."""
        if self._seen is None:
            raise RuntimeError("call reset() first")
        return self._seen

    def _look(self, timestep: Timestep[Any]) -> None:
        self._seen = fetched(self.engine, timestep)

    def _of(self, tree: Any, agent: str) -> Any:
        """An agent's part of leaves with the axis of copies."""
        if not self.seats.sizes:
            return _at(tree, (0,))
        group, row = self._rows[agent]
        return _at(tree[group], (0, row))

    def _pass(self, space: spaces.Space[Any]) -> Any:
        """The action of whoever does not act; the game ignores it."""
        if isinstance(space, spaces.Discrete):
            return np.int64(self.engine.env.noop_action)
        return np.zeros(space.shape or (), space.dtype)

    def _deal(self, space: spaces.Space[Any]) -> dict[str, spaces.Space[Any]]:
        """A space for each agent, each an object of its own: all are seeded separately."""
        sizes = self.seats.sizes
        by_group = {group: [space[group]] * size for group, size in sizes.items()} if sizes else {}  # pyright: ignore[reportIndexIssue] - with groups it is a Dict
        tree = by_group or space
        return {name: copy.deepcopy(self.seats.of(tree, name)) for name in self.seats.names}

    def _shape(self) -> Timestep[Any]:
        """What a timestep is made of; nothing is computed."""
        env = self.engine.env
        key = jax.eval_shape(lambda: jax.random.key(0))
        return jax.eval_shape(env.reset, key, env.default_params())[1]


def _at(tree: Any, index: Sequence[int]) -> Any:
    """An entry of every leaf; a lone array is spared the walk over trees, which takes longer."""
    if isinstance(tree, np.ndarray):
        return tree[tuple(index)]
    at: Any = tuple(index) if len(index) > 1 else index[0]  # lists take no tuples
    return jax.tree.map(lambda leaf: leaf[at], tree, is_leaf=_is_leaf)


def _copied(tree: Any) -> Any:
    """The same in memory of its own."""
    if isinstance(tree, np.ndarray | np.generic):
        return _copy(tree)
    return jax.tree.map(_copy, tree)


def _check_choice(option: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        near = nearest(str(value), choices)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"no {option}={value!r}{hint} It is one of {list(choices)}")


def _with_mask(seen: spaces.Space[Any], does: spaces.Space[Any], agent: str) -> spaces.Dict:
    """The space of observations with masks in them."""
    if not isinstance(does, spaces.Discrete):
        raise ValueError(
            f'{agent} acts in {does}, which has no masks: take mask_in="info" or "none"'
        )
    mask = spaces.Box(0, 1, (int(does.n),), np.int8)
    return spaces.Dict({"observation": seen, "action_mask": mask})


def _checked(agent: str, space: spaces.Space[Any], action: Any) -> Any:
    """The action in the dtype of its space, or one clear error."""
    if isinstance(space, spaces.Text):
        if action not in space:
            raise ValueError(f"the action of {agent}, {action!r}, is not in {space}")
        return action
    try:
        array = np.asarray(action)
    except ValueError:
        array = np.asarray(None)
    number = array.dtype.kind in ("fiu" if isinstance(space, spaces.Box) else "iu")
    fits = number and array.shape == space.shape
    if fits and isinstance(space, spaces.Box):
        fits = bool(np.isfinite(array).all())  # finite ones beyond the bounds are clipped
    elif fits:
        fits = space.contains(array[()])
    if not fits:
        raise ValueError(f"the action of {agent}, {action!r}, is not in {space}")
    return array.astype(space.dtype)


def _leaf(space: spaces.Space[Any], seen: Any) -> Any:
    """A point of the space, in memory of its own."""
    if isinstance(space, spaces.Text):
        return seen
    if isinstance(space, spaces.Dict):
        return {name: _leaf(part, seen[name]) for name, part in space.items()}
    if isinstance(space, spaces.Tuple):
        return tuple(_leaf(part, leaf) for part, leaf in zip(space, seen, strict=True))
    array = np.array(seen, space.dtype)
    return array if array.shape else array[()]


def _is_leaf(value: Any) -> bool:
    return isinstance(value, list)  # of strings, one for each copy


def _copy(leaf: Any) -> Any:
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf

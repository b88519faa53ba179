"""One copy of a game as a `gymnasium.Env`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from envsuite import make_engine
from envsuite import spec as spec_of
from envsuite.core.policy import Policy
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.engines.kind import fetched
from envsuite.engines.tasks import level_text, one_task, task_in
from envsuite_gymnasium.drawing import FPS, check_render_mode
from envsuite_gymnasium.in_place import InPlace, Places
from envsuite_gymnasium.masks import all_legal, sample_mask
from envsuite_gymnasium.views import Words, check_view, view_of


@dataclass(frozen=True)
class Moment:
    """Where an environment stands: a value to keep and to put back.

    Attributes:
        engine: The state of its engine.
        legal: What may be done next, `bool[actions]`; `None` where everything may.
        over: Whether the episode has ended.
    """

    engine: Any
    legal: np.ndarray | None
    over: bool


class GymnasiumEnv(gymnasium.Env[Any, Any]):
    """A game of the suite as one learner plays it; arrays are NumPy's.

    A game of several agents is its team (`view="team"`): observations of all seats joined end to
    end, an action with one entry for each seat, the mean of the seats' rewards, the end when all
    seats have terminated. With `view="seat"` it is one seat. Policies play all other seats. A
    single agent's game is as it is under both. A game of words speaks in strings, or in integer
    codes of fixed size with `view="tokens"` (see `Tokens`).

    `info` holds the game's own figures, `illegal_actions` (how many actions of this step were
    illegal; a no-op was played in their place), `action_mask` (`i8[...]`, the masks of all seats
    end to end) where the game has one, and for a team `agents_terminated` (`bool[seats]`).

    `backend`, and `metadata["backend"]`, say what plays it.

    Time is kept by Gymnasium: `gymnasium.make` puts its `TimeLimit` around.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": FPS}

    def __init__(
        self,
        spec_id: str | EnvSpec,
        *,
        view: str = "team",
        backend: str = "auto",
        render_mode: str | None = None,
        team: str | None = None,
        seat: str | None = None,
        policies: Mapping[str, str | Policy[Any]] | None = None,
        params: Mapping[str, Any] | None = None,
        **config: Any,
    ) -> None:
        """Prepare; nothing is compiled before the first reset.

        Args:
            spec_id: An id of the registry, or a spec.
            view: `"team"`, `"seat"` or `"tokens"`.
            backend: See `envsuite.make_engine`.
            render_mode: `"rgb_array"` or `None`.
            team: The group of `view="team"`; the spec's own if not given.
            seat: The seat of `view="seat"`, such as `"ally_0"`; the team's first if not given.
            policies: By group, for those the learner does not play; see `envsuite.make`.
            params: Overrides of fields of the game's default params.
            **config: Fields of the game's class.

        Raises:
            UnknownNameError: For an unknown id, policy or backend; it names the nearest one.
            TypeError: For an option that the game does not have, or a picture of a game without.
            ValueError: For a value that the game refuses.
        """
        check_view(view)
        spec = spec_of(spec_id)
        self.metadata = check_render_mode(spec, self.metadata, render_mode)
        self.render_mode = render_mode
        self._engine = make_engine(
            spec,
            1,
            backend,
            autoreset="disabled",
            max_steps=None,
            view="seat" if view == "seat" else "team",
            team=team,
            seat=seat,
            policies=policies,
            params=params,
            **config,
        )
        self.metadata["backend"] = self._engine.backend
        self._view = view_of(self._engine, view)
        self._words = isinstance(self._view, Words)
        self.observation_space = self._view.observation_space
        self.action_space = self._view.action_space
        self._places = Places(self._engine, self._view)
        self._in_place: InPlace | None = None
        self._legal: np.ndarray | None = None
        self._over: bool | None = None  # None before the first reset

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: Begins the stream of chance anew; `None` goes on with it, and begins it with
                fresh entropy at the first reset. What follows seed `s` is what slot `i` of a
                batch seeded with `s - i` plays.
            options: `"params"` (in a game of levels also `"level"`) sets the task from this
                reset on: the game's params, or a mapping with some of their fields; a level as
                text where the game reads those.

        Returns:
            The observation and `info`; of a game that writes its levels as text, `info["level"]`
            is the one that is played.
        """
        super().reset(seed=seed)
        task = task_in(self._engine, options)
        if task is not None:
            task = one_task(self._engine, task)
        shown = self._show(self._engine.reset(seed, params=task))
        self._over = False
        obs, info = self._observation(shown.obs), self._info(shown)
        level = level_text(self._engine)
        if level is not None:
            info["level"] = level
        self._settle()
        return obs, info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Play one step.

        Returns:
            Observation, reward, terminated, truncated (always false here), and `info`.

        Raises:
            RuntimeError: Before the first reset, and after the end.
            ValueError: If the shape, dtype or range of the action does not fit, or it is NaN.
        """
        if self._over is not False:
            raise RuntimeError(
                "call reset() before the first step()"
                if self._over is None
                else "the episode is over: call reset() before the next step()"
            )
        if self._in_place is not None:
            shown = self._in_place.step(action)
            self._over = shown[2]
            return shown
        shown = self._show(self._engine.step(self._view.play(self._batch(action))))
        self._over = bool(shown.terminated[0])
        return (
            self._observation(shown.obs),
            float(shown.reward[0]),
            self._over,
            bool(shown.truncated[0]),
            self._info(shown),
        )

    def render(self) -> np.ndarray | None:
        """A picture, `uint8[height, width, 3]`; `None` without a render mode."""
        return None if self.render_mode is None else self._engine.frame()

    def action_masks(self) -> np.ndarray:
        """What may be done next, `bool[actions]`, the masks of all entries end to end.

        All true where the game has no masks.

        Raises:
            TypeError: For continuous actions, which have no masks.
            RuntimeError: Before the first reset.
        """
        if self._over is None:
            raise RuntimeError("call reset() before action_masks()")
        return all_legal(self.action_space) if self._legal is None else self._legal.copy()

    def sample_mask(self) -> Any:
        """The mask that `action_space.sample(mask=...)` takes; `None` if it takes none."""
        return sample_mask(self.action_space, self._legal)

    def world(self) -> np.ndarray:
        """The global state, `f32[k]`.

        Raises:
            TypeError: If the game shows none.
        """
        return np.array(self._engine.world()[0])

    @property
    def state(self) -> Moment:
        """Where the environment stands: keep it, and put it back into this or an equal one.

        A `TimeLimit` around it keeps a count of its own.
        """
        if self._over is None:
            raise RuntimeError("there is no state before the first reset()")
        legal = None if self._legal is None else self._legal.copy()
        return Moment(self._engine.state, legal, self._over)

    @state.setter
    def state(self, moment: Moment) -> None:
        self._engine.state = moment.engine
        self._legal, self._over = moment.legal, moment.over
        self._settle()

    @property
    def backend(self) -> str:
        """What plays the game: `"numba"`, `"jax"`, `"host"`, or what a plugin brought."""
        return self._engine.backend

    def _settle(self) -> None:
        """Play on where the engine's arrays lie, if it lets us."""
        self._in_place = self._places.now()
        if self._in_place is not None:
            self._legal = self._in_place.legal

    def _batch(self, action: Any) -> Any:
        """The action of a batch of one."""
        if self._words:
            return [action]
        array = np.asarray(action)
        if array.shape != self.action_space.shape:
            raise ValueError(
                f"the action has shape {list(array.shape)}; "
                f"due is {list(self.action_space.shape or ())} for {self.action_space}"
            )
        return array[None]

    def _show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """What the learner sees, in host memory, and what it may do next."""
        shown = self._view.show(fetched(self._engine, timestep))
        self._legal = None if shown.legal is None else np.array(shown.legal[0])
        return shown

    def _observation(self, obs: Any) -> Any:
        if self._words:
            return obs[0]
        return _first(self.observation_space, obs)

    def _info(self, shown: Timestep[Any]) -> dict[str, Any]:
        info = {name: _value(value) for name, value in shown.info.items() if name != "over"}
        return info


def _first(space: spaces.Space[Any], batch: Any) -> Any:
    """The first of a batch of observations as the space has it, in memory of its own."""
    if isinstance(space, spaces.Dict):
        return {name: _first(part, batch[name]) for name, part in space.items()}
    if isinstance(space, spaces.Tuple):
        return tuple(_first(part, leaf) for part, leaf in zip(space, batch, strict=True))
    array = np.array(batch[0], dtype=space.dtype)
    return array if array.shape else array[()]


def _value(batch: Any) -> Any:
    """The first of a batch of figures, in memory of its own."""
    if isinstance(batch, Mapping):
        return {name: _value(part) for name, part in batch.items()}
    first = batch[0]
    return first.copy() if isinstance(first, np.ndarray) else first

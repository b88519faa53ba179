"""Many copies of a game at once as a native `gymnasium.vector.VectorEnv`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from envsuite import make_engine
from envsuite import spec as spec_of
from envsuite.core.policy import Policy
from envsuite.core.spec import EnvSpec
from envsuite.engines.base import Engine
from envsuite.engines.tasks import level_texts, tasks_in
from envsuite_gymnasium.arrays import ArrayKind, Arrays, arrays_of
from envsuite_gymnasium.autoreset import autoreset_mode as mode_of
from envsuite_gymnasium.autoreset import engine_mode
from envsuite_gymnasium.drawing import FPS, check_render_mode
from envsuite_gymnasium.masks import all_legal, mask_length
from envsuite_gymnasium.views import WordCodes, Words, check_view, view_of


@dataclass(frozen=True)
class Moment:
    """Where all copies stand: a value to keep and to put back.

    Attributes:
        engine: The state of the engine.
        legal: What may be done next, `bool[copies, actions]`; `None` where everything may.
    """

    engine: Any
    legal: Any


class GymnasiumVectorEnv(VectorEnv[Any, Any, Any]):
    """Copies of a game of the suite, played by one compiled program.

    What a copy shows is what `GymnasiumEnv` shows under the same view, batched as Gymnasium
    batches it. Every figure `k` of `info` is one array with an entry for each copy, beside a mask
    `_k`. With same-step autoreset `final_obs` and `final_info` are dense too: arrays as the
    observations are, meaningful where `_final_obs` says so. NumPy sees them in the steps in which
    an episode ended; the other kinds see them always, for to know would be to wait for the device.
    `backend`, and `metadata["backend"]`, say what plays the copies.
    """

    metadata: dict[str, Any] = {
        "render_modes": ["rgb_array"],
        "render_fps": FPS,
        "autoreset_mode": AutoresetMode.NEXT_STEP,
    }

    def __init__(
        self,
        spec_id: str | EnvSpec,
        *,
        num_envs: int = 1,
        view: str = "team",
        backend: str = "auto",
        devices: Sequence[Any] | None = None,
        array: ArrayKind = "numpy",
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
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
            num_envs: How many copies.
            view: `"team"`, `"seat"` or `"tokens"`; see `GymnasiumEnv`.
            backend: See `envsuite.make_engine`; `"auto"` is JAX for arrays that are not NumPy's.
            devices: The devices of JAX that share the copies; its default if `None`.
            array: `"numpy"`: writable arrays, fresh at every step. `"jax"`: JAX arrays on the
                device. `"torch"`: tensors on the device, which share memory with nothing that is
                read again. The last two have float32 rewards, and the values of actions that
                already are on a device are not checked: illegal ones are counted no-ops.
            autoreset_mode: A member of `AutoresetMode` or its name.
            max_episode_steps: The time limit; -1 for none; the spec's own if `None`.
            render_mode: `"rgb_array"` or `None`.
            team: See `GymnasiumEnv`.
            seat: See `GymnasiumEnv`.
            policies: See `GymnasiumEnv`.
            params: Overrides of fields of the game's default params.
            **config: Fields of the game's class; `curriculum` and `curriculum_config`, as for
                `envsuite.make_engine`.

        Raises:
            UnknownNameError: For an unknown id, policy or backend; it names the nearest one.
            TypeError: For an option that the game does not have, or a picture of a game without.
            ValueError: For a value that the game refuses, or an unknown mode, view or kind.
        """
        check_view(view)
        spec = spec_of(spec_id)
        limit = spec.max_steps if max_episode_steps is None else max_episode_steps
        self.autoreset_mode = mode_of(autoreset_mode)
        self.metadata = check_render_mode(spec, self.metadata, render_mode)
        self.metadata["autoreset_mode"] = self.autoreset_mode
        if array == "jax":
            self.metadata["jax"] = True
        self.render_mode = render_mode
        self.num_envs = num_envs
        if backend == "auto" and array != "numpy" and spec.numba is not None:
            backend = "jax"  # whoever takes arrays of JAX or torch works where they are made
        self._engine = make_engine(
            spec,
            num_envs,
            backend,
            autoreset=engine_mode(self.autoreset_mode),
            devices=devices,
            max_steps=None if limit == -1 else limit,
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
        if array != "numpy" and isinstance(self._view, Words | WordCodes):
            raise ValueError(f'{spec.id} is a game of words, played on the host: array="numpy"')
        self._arrays: Arrays = arrays_of(array, self._view, self._engine, len(devices or ()))
        self.single_observation_space = self._view.observation_space
        self.single_action_space = self._view.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._legal: Any = None

    def reset(
        self,
        *,
        seed: int | Sequence[int] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Begin episodes in all copies, or in some.

        Args:
            seed: Copy `i` is seeded with `seed + i`, or with the `i`-th of a sequence. `None`
                goes on with each copy's stream, which begins with fresh entropy.
            options: `"reset_mask"`, `bool[num_envs]` with at least one true: only these copies
                begin anew. `"params"` (in a game of levels also `"level"`): the tasks of the
                copies from this reset on, with the leading axis `num_envs` or as a list; a level
                as text where the game reads those, one for all copies or a list. Neither is taken
                out of the dictionary.

        Returns:
            The observations, and `info` with masks over the copies that were reset. `"level"` is
            in it as in that of `GymnasiumEnv.reset`, where arrays are NumPy's.
        """
        super().reset(seed=None if isinstance(seed, Sequence | np.ndarray) else seed)
        task = tasks_in(self._engine, options)
        mask = (options or {}).get("reset_mask")
        if mask is None:
            covered = np.ones(self.num_envs, bool)
            timestep = self._engine.reset(seed, params=task)
        else:
            covered = _check_reset_mask(mask, self.num_envs)
            timestep = self._engine.reset(seed, mask=covered, params=task)
        shown = self._arrays.show(timestep)
        self._legal = shown.legal
        info = _masked(shown.info, lambda: self._arrays.copy(covered))
        # converters to arrays of another kind make nonsense of text
        texts = level_texts(self._engine) if isinstance(shown.obs, np.ndarray) else None
        if texts is not None:
            info["level"], info["_level"] = np.array(texts, object), covered.copy()
        return shown.obs, info

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Play one step in every copy.

        Returns:
            Observations, rewards, terminated, truncated and `info`; see the class.

        Raises:
            RuntimeError: Before the first reset; with autoreset disabled, for a copy that ended.
            ValueError: If the shape, dtype or range of the actions does not fit, or one is NaN.
        """
        timestep = self._engine.step(self._batch(actions))
        shown = self._arrays.show(timestep)
        self._legal = shown.legal
        info = dict(shown.info)
        over = info.pop("over")
        final = {name: info.pop(name) for name in ("final_obs", "final_info") if name in info}
        every = np.ones(self.num_envs, bool)
        info = _masked(info, lambda: self._arrays.copy(every))
        if final and not (isinstance(over, np.ndarray) and not over.any()):
            info["final_obs"] = final["final_obs"]
            info["_final_obs"] = self._arrays.copy(over)
            info["final_info"] = _masked(final["final_info"], lambda: self._arrays.copy(over))
            info["_final_info"] = self._arrays.copy(over)
        return shown.obs, shown.reward, shown.terminated, shown.truncated, info

    def render(self) -> tuple[np.ndarray, ...] | None:
        """A picture of each copy, `uint8[height, width, 3]`; `None` without a render mode."""
        if self.render_mode is None:
            return None
        return tuple(self._engine.frame(slot) for slot in range(self.num_envs))

    def action_masks(self) -> Any:
        """What may be done next, `bool[num_envs, actions]`, the masks of all entries end to end.

        All true where the game has no masks.

        Raises:
            TypeError: For continuous actions, which have no masks.
        """
        if self._legal is not None:
            return self._arrays.copy(self._legal)
        length = mask_length(self.single_action_space)
        every = np.broadcast_to(all_legal(self.single_action_space), (self.num_envs, length))
        return self._arrays.copy(every)

    def worlds(self) -> Any:
        """The global state of every copy, `f32[num_envs, k]`.

        Raises:
            TypeError: If the game shows none.
        """
        return self._arrays.copy(self._engine.world())

    def levels(self) -> tuple[str, ...]:
        """The level that each copy plays, as text.

        Raises:
            TypeError: If the game writes no levels.
        """
        texts = level_texts(self._engine)
        if texts is None:
            raise TypeError(f"{self._engine.spec.id} writes no levels as text")
        return tuple(texts)

    @property
    def engine(self) -> Engine:
        """What plays the copies; under a curriculum it tells the curriculum's `figures()`."""
        return self._engine

    @property
    def backend(self) -> str:
        """What plays the copies: `"numba"`, `"jax"`, `"host"`, or what a plugin brought."""
        return self._engine.backend

    @property
    def state(self) -> Moment:
        """Where all copies stand: keep it, and put it back into this or an equal environment."""
        return Moment(self._engine.state, self._legal)

    @state.setter
    def state(self, moment: Moment) -> None:
        self._engine.state = moment.engine
        self._legal = moment.legal

    def _batch(self, actions: Any) -> Any:
        """The engine's action."""
        if self._words:
            return actions
        array = self._arrays.action(actions)
        due = (self.num_envs, *(self.single_action_space.shape or ()))
        if tuple(array.shape) != due:
            raise ValueError(
                f"the actions have shape {list(array.shape)}; due is {list(due)}, one of "
                f"{self.single_action_space} for each copy"
            )
        return self._view.play(array)


def _check_reset_mask(mask: Any, num_envs: int) -> np.ndarray:
    """The mask in host memory."""
    array = np.array(mask.detach().cpu() if hasattr(mask, "detach") else mask)
    if isinstance(mask, list | tuple) or array.dtype != np.bool_ or array.shape != (num_envs,):
        raise ValueError(
            f'options["reset_mask"] is an array bool[{num_envs}], one entry for each copy, '
            f"not {type(mask).__name__} {array.dtype}{list(array.shape)}"
        )
    if not array.any():
        raise ValueError('options["reset_mask"] chooses no copy: set at least one entry')
    return array


def _masked(info: Mapping[str, Any], mask: Callable[[], Any]) -> dict[str, Any]:
    """Every figure beside the mask of the copies that it is about."""
    shown: dict[str, Any] = {}
    for name, value in info.items():
        shown[name] = _masked(value, mask) if isinstance(value, Mapping) else value
        shown[f"_{name}"] = mask()
    return shown

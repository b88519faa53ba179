"""An engine as a Stable-Baselines3 `VecEnv`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices

import envsuite
from envsuite.core.env import LevelText
from envsuite.core.errors import nearest
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.engines.base import Engine
from envsuite.engines.kind import fetched, plays_words
from envsuite.engines.tasks import level_texts, task_batch, task_in
from envsuite.functional.transform import unwrapped
from envsuite_sb3.curriculum import check_heard
from envsuite_sb3.endings import figures_of, rows_of
from envsuite_sb3.views import ViewName, check_view, view_of

if TYPE_CHECKING:
    from envsuite.engines.jax_engine import JaxEngine

OPTIONS = ("params", "level")


def make(
    spec: str | EnvSpec,
    *,
    num_envs: int = 1,
    view: ViewName = "team",
    backend: str = "auto",
    devices: Sequence[Any] | None = None,
    seed: int | None = None,
    **options: Any,
) -> EngineVecEnv:
    """Build a `VecEnv` that plays `num_envs` copies of a game in one engine.

    Args:
        spec: An id of the registry, or its spec.
        num_envs: How many copies of the game.
        view: `"team"`: a slot is a copy, and one action moves the whole team. `"seats"`: a slot is
            one seat of the team, so that all seats learn one policy; the `VecEnv` then has
            `num_envs * seats` slots. The two are the same for games of a single agent.
        backend: As for `envsuite.make_engine`.
        devices: As for `envsuite.make_engine`.
        seed: The first reset's, as by `VecEnv.seed`; fresh entropy if `None`.
        **options: Those of `envsuite.make`: `team`, `policies`, `params`, `max_steps`, and fields
            of the game; `curriculum` and `curriculum_config`, as for `envsuite.make_engine`, for
            which `CurriculumCallback` is given to the model's `learn`.

    Raises:
        UnknownNameError: For an unknown id, backend or policy.
        TypeError: For an unknown option, or a game that Stable-Baselines3 cannot play.
        ValueError: For an unknown view or team, or a bad value of an option.
    """
    check_view(view)
    engine = envsuite.make_engine(
        spec,
        num_envs,
        backend,
        autoreset="same-step",
        devices=devices,
        view="team",
        critic=True,
        **options,
    )
    venv = EngineVecEnv(engine, view=view)
    if seed is not None:
        venv.seed(seed)
    return venv


class EngineVecEnv(VecEnv):
    """A same-step engine as Stable-Baselines3 sees it.

    A step costs one call of the engine and one transfer, whatever the number of slots. Every array
    handed out is a fresh copy, for learners write into them.

    In the last step of an episode `infos` holds `terminal_observation`, `TimeLimit.truncated`
    (truncated and not terminated: the learner may bootstrap), the game's own last figures, and
    `is_success` where the game says `won` of the team its spec names.

    With `view="seats"` all slots of a copy end together. A seat that dies before that keeps its
    slot, because the rewards its team goes on earning are worth learning from: all it may do is
    the no-op, so that a learner with masks draws no policy gradient from it, and only its value is
    learned.

    `seed(s)` gives copy `i` the seed `s + i`, with either view. `set_options({"params": task})`
    sets the task of all episodes from the next `reset` on, as the game's params; `"level"` says
    the same in games of levels, and may be a text where the game reads those. A list has one entry
    a slot, and with `view="seats"` that of a copy's first slot counts. `get_attr("level")` says
    which level each slot plays, as text.

    Attributes:
        engine: What plays.
        spec: What the registry says of the game.
    """

    def __init__(self, engine: Engine, *, view: ViewName = "team") -> None:
        """See `make`.

        Raises:
            ValueError: If the engine does not restart within the step, or for an unknown view.
        """
        check_view(view)
        if engine.autoreset != "same-step":
            raise ValueError(
                f"Stable-Baselines3 needs an engine with autoreset='same-step', "
                f"not {engine.autoreset!r}"
            )
        self.engine = engine
        self.spec = engine.spec
        self._view = view_of(engine, view)
        self._has_masks = _has_masks(engine, self._view.action_space)
        # in a game between teams, `won` is the word of the team that the spec names
        first = engine.spec.team or next(iter(engine.agents), None)
        self._says_won = not engine.agents or first in engine.agents
        self._legal: Any = None
        self._stepped: Timestep[Any] | None = None
        self.render_mode = "rgb_array" if engine.spec.render else None
        super().__init__(self._view.slots, self._view.observation_space, self._view.action_space)

    def reset(self) -> np.ndarray:
        """Begin a new episode in every slot, with the seeds and options set before.

        Returns:
            The first observations, `[slots, ...]`.
        """
        first = slice(None, None, self._view.slots_per_copy)
        seeds = [seed for seed in self._seeds[first] if seed is not None]
        tasks = self._tasks(self._options[first])
        timestep = self.engine.reset(seeds or None, params=tasks)
        self._reset_seeds()
        self._reset_options()
        self._stepped = None
        return self._begin(timestep)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Give copy `i` the seed `seed + i` at the next `reset`.

        Args:
            seed: The first copy's; drawn from NumPy's global generator if `None`.

        Returns:
            Each slot's seed.
        """
        first = super().seed(seed)[0]
        assert first is not None
        share = self._view.slots_per_copy
        self._seeds = [first + slot // share for slot in range(self.num_envs)]
        return self._seeds

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Play a step and wait for it; see `step_async` and `step_wait`."""
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: np.ndarray) -> None:
        """Play a step; the device works on it while the caller goes on.

        Args:
            actions: `[slots, ...]`.

        Raises:
            RuntimeError: Before the first `reset`.
            ValueError: If the shape, dtype or range does not fit.
        """
        actions = np.asarray(actions)
        due = (self.num_envs, *(self.action_space.shape or ()))
        if actions.shape != due:
            raise ValueError(
                f"the actions have shape {list(actions.shape)}; due is {list(due)}, "
                f"one of {self.action_space} a slot"
            )
        check_heard(self.engine)
        self._stepped = self.engine.step(self._view.actions(actions))

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """What the step showed: observations, rewards, ends, and a dictionary for each slot.

        Raises:
            RuntimeError: If there was no `step_async`.
        """
        if self._stepped is None:
            raise RuntimeError("no step is under way: call step_async(actions) first")
        timestep, self._stepped = self._stepped, None
        over = timestep.info["over"]
        obs, reward, terminated, truncated, legal, over = fetched(
            self.engine,
            (
                timestep.obs,
                timestep.reward,
                timestep.terminated,
                timestep.truncated,
                timestep.legal if self._has_masks else None,
                over,
            ),
        )
        self._legal = legal
        dones = np.repeat(over, self._view.slots_per_copy)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if over.any():
            ended = self._view.terminated(terminated)
            cut = np.repeat(truncated, self._view.slots_per_copy) & ~ended
            self._note_ends(infos, dones, cut, timestep.info)
        return self._view.observations(obs), self._view.rewards(reward), dones, infos

    def action_masks(self) -> np.ndarray:
        """What each slot may do next, `bool[slots, actions]`.

        For a `MultiDiscrete` action the masks of its parts lie end to end.

        Raises:
            RuntimeError: Before the first `reset`.
            AttributeError: If the game has no masks.
        """
        if not self._has_masks:
            raise AttributeError(
                f"{self.spec.id} has no action masks: every action is always legal"
            )
        if self._legal is None:
            raise RuntimeError("call reset() before action_masks()")
        return self._view.masks(self._legal)

    def save(self, path: str | Path) -> None:
        """Write the state of every copy to an `.npz` file, atomically.

        Raises:
            TypeError: If the engine's state cannot be written.
        """
        self._storable().save(path)

    def load(self, path: str | Path) -> np.ndarray:
        """Read a state that `save` wrote, and go on from there.

        Returns:
            The current observations, `[slots, ...]`.

        Raises:
            TypeError: If the engine's state cannot be read.
            ValueError: If the file is damaged, or is of another game, version or size.
        """
        engine = self._storable()
        engine.load(path)
        self._stepped = None
        return self._begin(engine.state.shown)

    def close(self) -> None:
        """Nothing to do: an engine holds only memory."""

    def get_images(self) -> list[np.ndarray]:
        """A picture of each copy, `u8[height, width, 3]`."""
        return [self.engine.frame(copy) for copy in range(self.engine.num_envs)]

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """An attribute of each slot: `spec`, `render_mode`, `level`, or `action_masks`.

        The last two where the game writes its levels as text, and where it has masks.

        Raises:
            AttributeError: For any other name.
        """
        writes = isinstance(unwrapped(self.engine.env), LevelText)
        known = ["spec", "render_mode", *(["level"] if writes else []), *self._methods()]
        if attr_name not in known:
            raise AttributeError(_unknown(self.spec.id, "attribute", attr_name, known))
        if attr_name == "level":
            texts, share = level_texts(self.engine) or [], self._view.slots_per_copy
            return [texts[slot // share] for slot in self._get_indices(indices)]
        value = getattr(self, attr_name)
        return [value for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Refuse: the slots are rows of one engine and have nothing of their own to set.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError(
            f"slots of {self.spec.id} have no {attr_name!r} to set: give options to make, or "
            "tasks by set_options({'params': ...})"
        )

    def env_method(
        self, method_name: str, *method_args: Any, indices: VecEnvIndices = None, **kwargs: Any
    ) -> Any:
        """Call `action_masks` for all slots at once: `bool[len(indices), actions]`.

        Raises:
            AttributeError: For any other name, or if the game has no masks.
        """
        known = self._methods()
        if method_name not in known:
            raise AttributeError(_unknown(self.spec.id, "method", method_name, known))
        masks = self.action_masks(*method_args, **kwargs)
        return masks if indices is None else masks[list(self._get_indices(indices))]

    def env_is_wrapped(self, wrapper_class: Any, indices: VecEnvIndices = None) -> list[bool]:
        """No slot is a wrapped environment."""
        return [False for _ in self._get_indices(indices)]

    def _begin(self, timestep: Timestep[Any]) -> np.ndarray:
        """Take in what the copies show before their next step."""
        obs, info, self._legal = fetched(
            self.engine,
            (timestep.obs, timestep.info, timestep.legal if self._has_masks else None),
        )
        self.reset_infos = figures_of(info, np.arange(self.num_envs) // self._view.slots_per_copy)
        return self._view.observations(obs)

    def _note_ends(
        self,
        infos: list[dict[str, Any]],
        dones: np.ndarray,
        cut: np.ndarray,
        info: Mapping[str, Any],
    ) -> None:
        """Write into `infos` what ended in this step."""
        final_obs, final_info = fetched(self.engine, (info["final_obs"], info["final_info"]))
        ended = np.flatnonzero(dones)
        share = self._view.slots_per_copy
        last = self._view.observations(rows_of(final_obs, ended[::share] // share))
        for slot, figures, obs in zip(
            ended.tolist(), figures_of(final_info, ended // share), last, strict=True
        ):
            infos[slot].update(figures)
            infos[slot]["terminal_observation"] = obs
            infos[slot]["TimeLimit.truncated"] = bool(cut[slot])
            if self._says_won and "won" in figures:
                infos[slot]["is_success"] = figures["won"]

    def _tasks(self, options: Sequence[Mapping[str, Any]]) -> Any:
        """The tasks for the next episodes as the engine takes them; `None` to keep them."""
        if len(options) != self.engine.num_envs:
            raise ValueError(
                f"options for {len(options)} copies; give one dictionary for all, or a list with "
                f"one for each of the {self.num_envs} slots"
            )
        for name in (name for own in options for name in own):
            if name not in OPTIONS:
                raise ValueError(_unknown(self.spec.id, "reset option", name, OPTIONS))
        tasks = [task_in(self.engine, own) for own in options]
        if all(task is None for task in tasks):
            return None
        default = self.engine.env.default_params()
        tasks = [default if task is None else task for task in tasks]
        if not plays_words(self.engine):
            tasks = jax.tree.map(lambda *leaves: np.stack(leaves), *tasks)
        return task_batch(self.engine, tasks)

    def _methods(self) -> list[str]:
        return ["action_masks"] if self._has_masks else []

    def _storable(self) -> JaxEngine:
        engine: Any = self.engine
        if not hasattr(engine, "save"):
            raise TypeError(
                f"the state of {self.spec.id} cannot be kept in a file: "
                f"{type(engine).__name__} does not offer it"
            )
        return engine


def _has_masks(engine: Engine, space: spaces.Space[Any]) -> bool:
    """Whether the game ever forbids an action, found out without playing it."""
    if not isinstance(space, spaces.Discrete | spaces.MultiDiscrete):
        return False  # the masks of a continuous game, where it has any, are not of its actions
    if plays_words(engine):
        return False
    params = engine.env.default_params()
    _, timestep = jax.eval_shape(engine.env.reset, jax.random.key(0), params)
    return timestep.legal is not None


def _unknown(id: str, kind: str, name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    hint = f"did you mean {near!r}? " if near else ""
    return f"{id} has no {kind} {name!r}: {hint}There are {list(known)}"

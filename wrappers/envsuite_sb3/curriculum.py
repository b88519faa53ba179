"""What Stable-Baselines3 tells a curriculum: one callback beside an unmodified algorithm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnvWrapper, VecNormalize

from envsuite.engines.base import Engine
from envsuite.engines.designed_engine import DesignedEngine
from envsuite.functional.grounded import Imagined, grounded_advantages
from envsuite.functional.outcomes import begin, episodes, outcome


class CurriculumCallback(BaseCallback):
    """Tells the curriculum of an environment what its levels brought; see `make`.

    After each rollout it hands over the critic's values and advantages, which the rollout buffer
    holds. Where a curriculum must not be learned from at times (`gated`), its proposals last a
    rollout: every slot begins anew with it, and of a rollout in levels that are only looked at the
    algorithm sees nothing, for another one is played into its buffer before it trains. Such steps
    count as timesteps. For `grounded` ones (SAMPLR) advantages and returns in the buffer are put
    right by imagined transitions. With algorithms that have no rollout buffer (DQN, SAC) the
    curriculum is told of returns.

    The curriculum's figures go to the logger as `curriculum/...`.

    Attributes:
        env_steps: Steps of all copies so far.
        env_steps_trained: Those of them that the algorithm learned from.
    """

    model: Any  # whatever algorithm; those with rollouts have a buffer that the base class has not

    def __init__(self) -> None:
        """Prepare; `learn` calls the rest."""
        super().__init__()
        self.env_steps = self.env_steps_trained = 0
        self._again = False  # whether a rollout is played in place of one that was looked at
        self._trained = True

    def _init_callback(self) -> None:
        """Find the engine.

        Raises:
            ValueError: If the environment has no curriculum, or it cannot be fed by this algorithm.
        """
        venv: Any = self.training_env
        normalised = False
        while isinstance(venv, VecEnvWrapper):
            normalised |= isinstance(venv, VecNormalize) and venv.norm_obs
            venv = venv.venv
        engine = getattr(venv, "engine", None)
        if not isinstance(engine, DesignedEngine):
            raise ValueError(
                "this environment has no curriculum to tell: make it by "
                "envsuite.make_as(id, 'sb3', num_envs=..., curriculum='plr')"
            )
        self._engine = engine
        self._copies = engine.num_envs
        curriculum: Any = engine.curriculum
        self._gated, self._grounded = curriculum.gated, curriculum.grounded
        name = type(self.model).__name__
        if not hasattr(self.model, "rollout_buffer"):
            if curriculum.needs_values or self._gated or self._grounded:
                raise ValueError(
                    f"{name} has no rollouts with values to tell this curriculum of: take "
                    "curriculum='plr' with curriculum_config={'score': 'learnability'}, or 'sfl'"
                )
            return
        if self._grounded and (normalised or hasattr(self.model, "_last_lstm_states")):
            raise ValueError(
                "imagined observations can be valued by a policy without memory, and without "
                "VecNormalize's observations: take PPO, or envsuite's own 'recurrent-ppo'"
            )
        engine.hear()
        self._running = begin(self._copies)

    def _on_rollout_start(self) -> None:
        """In a gated curriculum, begin a cycle."""
        if not self._engine.heard or not self._gated:
            return
        self._trained = self._engine.begin_cycle()
        self.model._last_obs = self.training_env.reset()
        self.model._last_episode_starts = np.ones(self.training_env.num_envs, bool)

    def _on_step(self) -> bool:
        """Count."""
        self.env_steps += self._copies
        return True

    def _on_rollout_end(self) -> None:
        """Tell; and where one must not learn from the rollout, play another in its place."""
        if not self._engine.heard:
            self._report()
            return
        if self._again:
            return
        steps = self._tell()
        while not self._trained:
            self._again = True
            try:
                going = self._play_again()
            finally:
                self._again = False
            if not going:
                break
            steps = self._tell()
        self.env_steps_trained += steps * self._copies
        self._report()

    def _play_again(self) -> bool:
        """Collect into the same buffer once more; returns whether all is to go on."""
        model = self.model
        callback = self.locals.get("callback", self)
        return model.collect_rollouts(
            self.training_env, callback, model.rollout_buffer, n_rollout_steps=model.n_steps
        )

    def _tell(self) -> int:
        """Tell of the rollout in the buffer; returns how many steps it has."""
        log, buffer = self._engine.log, self.model.rollout_buffer
        if self._grounded:
            self._ground(log.imagined)
        steps = len(log.rewards)
        won = np.stack(log.won) if log.won else None

        def copies(array: np.ndarray) -> np.ndarray:  # seats of a copy lie side by side
            return array.reshape(steps, self._copies, -1).mean(axis=2)

        played = (
            np.stack(log.rewards),
            np.stack(log.ended),
            won,
            copies(buffer.values),
            copies(buffer.advantages),
        )
        if self._gated:
            self._engine.end_cycle(outcome(*played))
        else:
            self._running, each = episodes(self._running, *played)
            self._engine.tell(each)
        return steps

    def _ground(self, imagined: list[Imagined]) -> None:
        """Put the advantages and returns of the buffer right (arXiv:2207.05219)."""
        model = self.model
        buffer = model.rollout_buffer
        steps = len(imagined)
        obs = np.concatenate([np.asarray(step.obs) for step in imagined])
        obs = obs.reshape(-1, *model.observation_space.shape).astype(model.observation_space.dtype)
        with torch.no_grad():
            tensor = torch.as_tensor(obs, device=model.device)
            values = model.policy.predict_values(tensor).cpu().numpy().reshape(steps, -1)
        advantages = grounded_advantages(
            Imagined(
                reward=jnp.asarray(np.stack([step.reward for step in imagined])),
                obs=None,
                terminated=jnp.asarray(np.stack([step.terminated for step in imagined])),
            ),
            jnp.asarray(np.stack(self._engine.log.ended)),
            jnp.asarray(buffer.values),
            jnp.asarray(values),
            buffer.gamma,
            buffer.gae_lambda,
        )
        buffer.advantages[...] = np.asarray(advantages)
        buffer.returns[...] = buffer.advantages + buffer.values

    def _report(self) -> None:
        figures: Mapping[str, float] = {
            **self._engine.figures(),
            "env_steps": self.env_steps,
            "env_steps_trained": self.env_steps_trained,
        }
        for name, figure in figures.items():
            self.logger.record(f"curriculum/{name}", figure)


def check_heard(engine: Engine) -> None:
    """Raise `RuntimeError` if a curriculum waits for a callback that nobody gave."""
    if not isinstance(engine, DesignedEngine) or engine.heard:
        return
    curriculum = engine.curriculum
    if curriculum.needs_values or curriculum.gated or curriculum.grounded:
        raise RuntimeError(
            f"the levels of {engine.spec.id} are chosen by what the learner's critic thinks of "
            "them: give `callback=CurriculumCallback()` of envsuite_sb3 to `learn`, or take "
            "curriculum='plr' with curriculum_config={'score': 'learnability'}"
        )

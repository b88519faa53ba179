"""The registered trainer `maskable-ppo`: Stable-Baselines3's `MaskablePPO` over the bridge."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gymnasium import spaces
from sb3_contrib import MaskablePPO
from stable_baselines3.common.utils import LinearSchedule
from stable_baselines3.common.vec_env import VecMonitor

from envsuite.core.env import Env
from envsuite.runs.records import commit, versions, write_json
from envsuite.runs.same_run import as_json, check_same, finished
from envsuite_sb3.checkpoint import (
    latest_checkpoint,
    load_checkpoint,
    read_header,
    save_checkpoint,
)
from envsuite_sb3.entropy import EntropySchedule
from envsuite_sb3.evaluation import evaluate
from envsuite_sb3.learning_curve import draw_curve
from envsuite_sb3.policy import NetworkPolicy, load_policy
from envsuite_sb3.progress import RunCallback
from envsuite_sb3.threads import threads
from envsuite_sb3.vec_env import EngineVecEnv, make
from envsuite_sb3.views import ViewName

NAME = "maskable-ppo"  # in the registry
MODEL, RECORD, CURVE = "model.zip", "record.json", "curve.png"


@dataclass(frozen=True)
class MaskablePPOTrainer:
    """Trains `MaskablePPO`, by default with one policy shared by all seats of a team.

    Attributes:
        num_envs: How many copies of the game are played at once.
        view: `"seats"` or `"team"`; see `envsuite_sb3.make`.
        rollout_steps: Steps in each copy between two updates.
        minibatches: Into how many parts a rollout is cut, one for each gradient step.
        epochs: How often each rollout is gone through.
        learning_rate: At the start; falls in a straight line.
        final_learning_rate: At the end.
        discount: The discount factor, often called gamma.
        trace_decay: Of generalised advantage estimation, often called lambda.
        clip_range: How far the policy's ratio may move in an update.
        entropy_coefficient: The weight of the entropy bonus at the start; falls likewise.
        final_entropy_coefficient: At the end.
        value_coefficient: The weight of the value loss.
        gradient_norm: Gradients longer than this are shortened to it.
        network: The sizes of the hidden layers, of the policy and of the value alike.
        threads: PyTorch's threads. One by default: networks this small gain little from more, and
            PyTorch's idle threads keep the cores that the games are played on busy.
        checkpoint_rollouts: Rollouts between two checkpoints.
        evaluation_episodes: How many fresh episodes judge the final model.
        progress: Whether to show a progress bar on standard error.

    Raises:
        ValueError: On construction, for a number below 1, or minibatches of less than two samples.
    """

    num_envs: int = 256
    view: ViewName = "seats"
    rollout_steps: int = 32
    minibatches: int = 8
    epochs: int = 3
    learning_rate: float = 3e-3
    final_learning_rate: float = 1e-4
    discount: float = 0.99
    trace_decay: float = 0.95
    clip_range: float = 0.2
    entropy_coefficient: float = 0.015
    final_entropy_coefficient: float = 0.001
    value_coefficient: float = 0.5
    gradient_norm: float = 0.5
    network: tuple[int, ...] = (64, 64)
    threads: int = 1
    checkpoint_rollouts: int = 25
    evaluation_episodes: int = 200
    progress: bool = True

    def __post_init__(self) -> None:
        """Refuse numbers with which nothing can be learned; accept a list of layers."""
        object.__setattr__(self, "network", tuple(self.network))
        for name in ("num_envs", "rollout_steps", "minibatches", "epochs", "threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if 2 * self.minibatches > self.num_envs * self.rollout_steps:
            raise ValueError(
                f"{self.num_envs} copies and {self.rollout_steps} steps cannot be cut into "
                f"{self.minibatches} minibatches of two samples: raise one of the former"
            )

    def train(
        self, env_id: str, *, steps: int, seed: int, folder: Path, **options: Any
    ) -> Mapping[str, Any]:
        """Train for `steps` environment steps and leave the result in `folder`.

        Leaves `model.zip` for `MaskablePPO.load`, `record.json`, `curve.png`, and the last
        checkpoint. Called again on the same folder it goes on from that checkpoint, and ends as if
        it had never stopped; a run that is finished is not repeated.

        Args:
            env_id: What to play.
            steps: Environment steps of all copies together; the last rollout is finished.
            seed: Of the weights, of the actions and, counting up, of the copies; below 2**32.
            folder: Made if missing.
            **options: Those of `envsuite_sb3.make`: `team`, `policies`, fields of the game, ...

        Returns:
            The record: `id` and its `version`, `config`, `versions`, `commit`, `steps` played,
            `seconds`, `figures` of the evaluation, and the learning `curve`.

        Raises:
            UnknownNameError: For an unknown id.
            TypeError: For actions that are no choices, which need another algorithm.
            ValueError: If `folder` holds another run, or a damaged checkpoint.
        """
        if steps < 1:
            raise ValueError(f"steps must be at least 1, not {steps}")
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        venv = make(env_id, num_envs=self.num_envs, view=self.view, **options)
        if isinstance(venv.action_space, spaces.Box):
            raise TypeError(
                f"{env_id} takes actions in {venv.action_space}, and masks are for choices: take "
                "stable_baselines3.PPO with envsuite.make_as(id, 'sb3')"
            )
        run = as_json(
            {
                "agent": NAME,
                "id": venv.spec.id,
                "version": venv.spec.version,
                "steps": steps,
                "seed": seed,
                "options": options,
                "config": asdict(self),
            }
        )
        done = finished(folder / RECORD, run, free=_FREE)
        if done is not None:
            return done
        with threads(self.threads):
            return self._train(venv, run, folder, options)

    def load(
        self, folder: Path, env: Env[Any, Any], group: str, *, greedy: bool = True
    ) -> NetworkPolicy:
        """What `train` left in a folder, as an envsuite policy for a group of a game.

        Args:
            folder: Where it was trained.
            env: The game.
            group: The group to play; `""` in a single-agent game.
            greedy: Whether each agent takes its likeliest action, or draws one, as in training.

        Raises:
            FileNotFoundError: If the run is not finished.
            ValueError: If it was trained for another game.
        """
        return load_policy(Path(folder) / MODEL, env, group, greedy=greedy)

    def _train(
        self, venv: EngineVecEnv, run: Mapping[str, Any], folder: Path, options: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        model = self._model(venv, run["seed"])
        share = venv.num_envs // venv.engine.num_envs
        kept: dict[str, Any] = {"curve": [], "seconds": 0.0}
        checkpoint = latest_checkpoint(folder)
        if checkpoint is not None:
            kept = read_header(checkpoint)
            check_same(kept, run, checkpoint, free=_FREE)
            load_checkpoint(checkpoint, model)

        def keep() -> None:
            header = {
                **run,
                "curve": callback.curve,
                "seconds": callback.seconds,
                "versions": versions(),
                "commit": commit(),
            }
            save_checkpoint(folder, model, header)

        callback = RunCallback(
            steps=run["steps"],
            slots_per_copy=share,
            keep=keep,
            checkpoint_rollouts=self.checkpoint_rollouts,
            curve=kept["curve"],
            seconds=kept["seconds"],
            show=self.progress,
        )
        remaining = run["steps"] * share - model.num_timesteps
        try:
            if remaining > 0:
                entropy = EntropySchedule(
                    self.entropy_coefficient, self.final_entropy_coefficient, run["steps"] * share
                )
                model.learn(
                    remaining,
                    [callback, entropy],
                    log_interval=None,  # pyright: ignore[reportArgumentType] - None means never
                    reset_num_timesteps=checkpoint is None,
                    use_masking=venv.has_attr("action_masks"),
                )
        finally:
            callback.close()
        seconds = callback.seconds
        keep()
        _save_model(model, folder / MODEL)
        figures = evaluate(
            model,
            venv.spec,
            episodes=self.evaluation_episodes,
            seed=run["seed"],
            num_envs=self.num_envs,  # the games are compiled for this many already
            view=self.view,
            **options,
        )
        record = {
            **run,
            "steps_played": model.num_timesteps // share,
            "seconds": round(seconds, 1),
            "versions": versions(),
            "commit": commit(),
            "figures": figures,
            "files": {"model": MODEL, "curve": CURVE},
            "curve": callback.curve,
        }
        draw_curve(callback.curve, folder / CURVE, title=f"MaskablePPO on {venv.spec.id}")
        write_json(folder / RECORD, record)
        return record

    def _model(self, venv: EngineVecEnv, seed: int) -> MaskablePPO:
        return MaskablePPO(
            "MlpPolicy",
            VecMonitor(venv),
            learning_rate=LinearSchedule(self.learning_rate, self.final_learning_rate, 1.0),
            n_steps=self.rollout_steps,
            batch_size=venv.num_envs * self.rollout_steps // self.minibatches,
            n_epochs=self.epochs,
            gamma=self.discount,
            gae_lambda=self.trace_decay,
            clip_range=self.clip_range,
            ent_coef=self.entropy_coefficient,
            vf_coef=self.value_coefficient,
            max_grad_norm=self.gradient_norm,
            policy_kwargs={"net_arch": list(self.network)},
            seed=seed,
            device="cpu",  # for small networks faster than a GPU, and what a checkpoint can resume
        )


# What may differ between two parts of a run: it changes nothing that is learned.
_FREE = frozenset({"progress", "checkpoint_rollouts", "evaluation_episodes", "threads"})


def _save_model(model: MaskablePPO, path: Path) -> None:
    unfinished = path.with_name(f".{path.name}")
    model.save(unfinished)
    os.replace(unfinished, path)

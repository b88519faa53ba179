"""The registered trainers `ppo`, `recurrent-ppo`, `dqn`, ...: a learner's run, kept in a folder."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.policy import Policy
from envsuite.core.spec import EnvSpec
from envsuite.factory import make, make_curriculum, spec
from envsuite.registry import registry, resolve
from envsuite.runs.bar import Bar
from envsuite.runs.records import write_json
from envsuite.runs.same_run import as_json, finished
from envsuite.runs.tree_file import read_header, read_tree, write_tree
from envsuite_agents.course import Course
from envsuite_agents.curriculum_run import CurriculumRun
from envsuite_agents.ddpg import DDPG
from envsuite_agents.dqn import DQN
from envsuite_agents.ppo import PPO
from envsuite_agents.recurrent_ppo import RecurrentPPO
from envsuite_agents.sac import SAC
from envsuite_agents.td3 import TD3

LEARNERS: dict[str, Any] = {
    "ppo": PPO,
    "recurrent-ppo": RecurrentPPO,
    "dqn": DQN,
    "sac": SAC,
    "ddpg": DDPG,
    "td3": TD3,
}
WEIGHTS, RECORD = "weights.npz", "record.json"


@dataclass(frozen=True)
class LearnerTrainer:
    """Trains one of our learners on a single agent's game.

    Attributes:
        learner: Its name, such as `"ppo"`.
        checkpoint_seconds: How long a run goes on before it writes a checkpoint.
        evaluation_episodes: How many fresh episodes judge what was learned, each played greedily.
        progress: Whether to show a progress bar on standard error.

    Raises:
        ValueError: On construction, for an unknown learner or less than one episode.
    """

    learner: str
    checkpoint_seconds: float = 60.0
    evaluation_episodes: int = 200
    progress: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        if self.learner not in LEARNERS:
            match = nearest(self.learner, LEARNERS)
            hint = f"did you mean {match!r}? " if match else ""
            raise ValueError(f"no learner {self.learner!r}: {hint}There are {sorted(LEARNERS)}")
        if self.evaluation_episodes < 1:
            raise ValueError(
                f"evaluation_episodes must be at least 1, not {self.evaluation_episodes}"
            )

    def train(
        self, env_id: str, *, steps: int, seed: int, folder: Path, **options: Any
    ) -> Mapping[str, Any]:
        """Train for `steps` environment steps and leave the result in `folder`.

        Leaves `weights.npz`, `record.json` and the last checkpoint. Called again on the same
        folder it goes on from that checkpoint, and ends as if it had never stopped; a run that is
        finished is not repeated.

        Args:
            env_id: What to play.
            steps: Environment steps of all copies together; the last update is finished.
            seed: Where all chance comes from.
            folder: Made if missing.
            **options: Fields of the learner (`num_envs`, `hidden`, ...), its settings
                (`learning_rate`, ...), and options of `envsuite.make` (`max_steps`, fields of the
                game, ...); `curriculum`, the name of one, and `curriculum_config`, its options.

        Returns:
            The record: `id` and its `version`, `steps`, `seed`, the game's `options`, the
            learner's `config`, `steps_played`, `seconds`, `versions`, `commit`, `figures` of the
            evaluation, and the learning `curve`; under a curriculum also `env_steps`,
            `trained_steps` and `gradient_updates`.

        Raises:
            UnknownNameError: For an unknown id or curriculum.
            TypeError: For a game that the learner cannot play or that has no levels, for a learner
                that cannot learn under a curriculum, and for an unknown option.
            ValueError: If `folder` holds another run, or a damaged checkpoint.
        """
        options = dict(options)
        curriculum = options.pop("curriculum", None)
        curriculum_config = dict(options.pop("curriculum_config", None) or {})
        learner, settings, rest = self.configured(steps, options)
        own = spec(env_id)
        env = self.game(own, rest)
        config = {**asdict(learner), **plain(settings)}
        running = learner
        if curriculum is not None:
            running = CurriculumRun(learner, make_curriculum(curriculum, env, **curriculum_config))
            config |= {"curriculum": curriculum, "curriculum_config": curriculum_config}
        run = as_json(
            {
                "agent": self.learner,
                "id": own.id,
                "version": own.version,
                "steps": steps,
                "seed": seed,
                "options": rest,
                "config": {"curriculum": None, **config},
            }
        )
        return self.run(running, settings, env, run, folder)

    def load(
        self, folder: Path, env: Env[Any, Any], group: str, *, greedy: bool = True
    ) -> Policy[Any]:
        """What `train` left in a folder, as a policy for the single agent of a game.

        Args:
            folder: Where it was trained.
            env: The game.
            group: The group to play: `""`.
            greedy: Whether it takes its likeliest action, or draws one, as in training.

        Raises:
            FileNotFoundError: If the run is not finished.
            TypeError: If the learner cannot play the game.
            ValueError: If it was trained for another game.
        """
        path = Path(folder) / WEIGHTS
        header = read_header(path)
        learner = LEARNERS[header["learner"]](**header["fields"])
        params, settings = env.default_params(), learner.default_settings()

        def fresh(key: jax.Array) -> Any:
            return learner.weights(learner.init(key, env, params, settings))

        like = jax.eval_shape(fresh, jax.random.key(0))
        like = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), like)
        try:
            weights = read_tree(path, like)
        except ValueError as error:
            raise ValueError(f"{error}: it was trained on {header['id']}, another game") from error
        return learner.policy(env, jax.tree.map(jnp.asarray, weights), greedy=greedy)

    def configured(self, steps: int, options: Mapping[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
        """The learner, its settings, and the options that are neither's."""
        kind = LEARNERS[self.learner]
        shapes = {field.name for field in fields(kind)}
        given = {name: value for name, value in options.items() if name in shapes}
        learner = kind(steps, **given)
        settings = learner.default_settings()
        numbers = {field.name for field in fields(settings)} & options.keys()
        changed = {name: _number(name, options[name], getattr(settings, name)) for name in numbers}
        rest = {name: value for name, value in options.items() if name not in shapes | numbers}
        return learner, replace(settings, **changed), rest

    def game(self, own: EnvSpec, options: Mapping[str, Any]) -> Env[Any, Any]:
        """The game; an error about an option names the learner's too."""
        try:
            return make(own, **options)
        except TypeError as error:
            kind = LEARNERS[self.learner]
            known = [field.name for field in (*fields(kind), *fields(kind(1).default_settings()))]
            near = [match for name in options if (match := nearest(name, known))]
            if not near:
                raise
            raise TypeError(f"{error}; {self.learner} has an option {near[0]!r}") from error

    def run(
        self, learner: Any, settings: Any, env: Env[Any, Any], run: Mapping[str, Any], folder: Path
    ) -> Mapping[str, Any]:
        """Train in a folder unless the record there says that it is done; return the record.

        Args:
            learner: A learner of this kind, or what trains one: `CurriculumRun`, `PAIRED`.
            settings: Its numbers.
            env: The game, with its time limit.
            run: What makes it this run and no other.
            folder: Made if missing.

        Raises:
            TypeError: For a game that cannot be learned.
            ValueError: If `folder` holds another run, or a damaged checkpoint.
        """
        # a game that it cannot play is refused before a folder is made
        jax.eval_shape(lambda: learner.init(jax.random.key(0), env, env.default_params(), settings))
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        return finished(folder / RECORD, run) or self._train(learner, settings, env, run, folder)

    def _train(
        self, learner: Any, settings: Any, env: Env[Any, Any], run: Mapping[str, Any], folder: Path
    ) -> Mapping[str, Any]:
        course = Course(learner, settings, env, run, folder)
        with Bar("training", run["steps"], unit="steps", show=self.progress) as bar:
            bar.show(course.steps)
            while not course.over:
                outcome = course.advance()
                bar.show(course.steps, outcome)
                if course.unkept_seconds >= self.checkpoint_seconds:
                    course.keep()
        course.keep()
        weights = learner.weights(course.state)
        own = getattr(learner, "learner", learner)  # whose weights they are
        header = {"learner": self.learner, "fields": asdict(own), "id": run["id"]}
        write_tree(folder / WEIGHTS, weights, header)
        judge = registry().evaluators["returns"]
        figures = resolve(judge.target)(**judge.config).evaluate(
            jax.random.fold_in(
                jax.random.key(run["seed"]), 1
            ),  # training began with the key itself
            env,
            env.default_params(),
            {"": learner.policy(env, weights, greedy=True)},
            self.evaluation_episodes,
        )
        record = {
            **run,
            "steps_played": course.steps,
            **course.counters(),
            "seconds": round(course.seconds, 1),
            **course.software,
            "figures": figures,
            "files": {"weights": WEIGHTS},
            "curve": course.curve,
        }
        write_json(folder / RECORD, record)
        return as_json(record)


def _number(name: str, value: Any, default: Any) -> Any:
    """A setting as the kind of number that it is; YAML reads `1e-3` as a word."""
    try:
        return type(default)(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, not {value!r}") from None


def plain(settings: Any) -> dict[str, Any]:
    """Settings as JSON has them, which knows no infinity."""
    numbers = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {name: None if math.isinf(value) else value for name, value in numbers.items()}

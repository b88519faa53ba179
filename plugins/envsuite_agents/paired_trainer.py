"""The registered trainer `paired`: two students and a teacher, kept in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.policy import Policy
from envsuite.factory import make, make_curriculum, spec
from envsuite.registry import registry
from envsuite.runs.same_run import as_json
from envsuite_agents.editing import count_edits
from envsuite_agents.paired import PAIRED, Settings
from envsuite_agents.repaired import REPAIRED
from envsuite_agents.trainer import LearnerTrainer, plain


@dataclass(frozen=True)
class PairedTrainer:
    """Trains two students on the levels of a teacher, and leaves the protagonist.

    Attributes:
        learner: What students and teacher learn by: `"recurrent-ppo"` or `"ppo"`.
        checkpoint_seconds: How long a run goes on before it writes a checkpoint.
        evaluation_episodes: How many fresh episodes judge the protagonist, each played greedily.
        progress: Whether to show a progress bar on standard error.

    Raises:
        ValueError: On construction, for an unknown learner or less than one episode.
    """

    learner: str = "recurrent-ppo"
    checkpoint_seconds: float = 60.0
    evaluation_episodes: int = 200
    progress: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        self._of_students()

    def train(
        self, env_id: str, *, steps: int, seed: int, folder: Path, **options: Any
    ) -> Mapping[str, Any]:
        """Train for `steps` environment steps of both students; see `LearnerTrainer.train`.

        Args:
            env_id: What the students play; a game with levels.
            steps: Environment steps of both students together; the last cycle is finished.
            seed: Where all chance comes from.
            folder: Made if missing.
            **options: Fields and settings of the students and options of their game, as there;
                `editor`, the id of what the teacher plays, by default the game's own followed by
                `-Editor`, and `editor_config`, its options; `teacher_config`, fields and settings
                of the teacher; `aim`, what it is paid for (`PAIRED`); `curriculum`, such as
                `"robust-plr"`, and `curriculum_config`, its options: the students replay too
                (`REPAIRED`).

        Returns:
            The record, as there, with the counters of `PAIRED`.

        Raises:
            UnknownNameError: For an unknown id.
            TypeError: For games that cannot be played or do not fit, and for an unknown option.
            ValueError: If `folder` holds another run, or a damaged checkpoint.
        """
        options = dict(options)
        building = spec(options.pop("editor", None) or self._editor_of(env_id))
        editor_config = dict(options.pop("editor_config", None) or {})
        teacher_config = dict(options.pop("teacher_config", None) or {})
        aim = options.pop("aim", "regret")
        curriculum = options.pop("curriculum", None)
        curriculum_config = dict(options.pop("curriculum_config", None) or {})
        students = self._of_students()
        learner, settings, rest = students.configured(steps, options)
        own = spec(env_id)
        env, editor = students.game(own, rest), make(building, **editor_config)
        fit = {"num_envs": learner.num_envs, "rollout_steps": count_edits(editor)}
        teacher, teaching, unknown = students.configured(steps, {**teacher_config, **fit})
        for name in unknown:
            match = nearest(name, [*asdict(teacher), *plain(teaching)])
            hint = f": did you mean {match!r}?" if match else ""
            raise TypeError(f"the teacher has no option {name!r}{hint}")
        run = as_json(
            {
                "agent": "paired",
                "id": own.id,
                "version": own.version,
                "steps": steps,
                "seed": seed,
                "options": rest,
                "config": {
                    **asdict(learner),
                    **plain(settings),
                    "learner": self.learner,
                    "aim": aim,
                    "curriculum": curriculum,
                    **({"curriculum_config": curriculum_config} if curriculum else {}),
                    "editor": building.id,
                    "editor_config": editor_config,
                    "teacher": {**asdict(teacher), **plain(teaching)},
                },
            }
        )
        paired = PAIRED(learner, teacher, editor, aim)
        if curriculum is not None:
            chooser = make_curriculum(curriculum, env, **curriculum_config)
            paired = REPAIRED(learner, teacher, editor, aim, chooser)
        return students.run(paired, Settings(teaching, settings), env, run, folder)

    def load(
        self, folder: Path, env: Env[Any, Any], group: str, *, greedy: bool = True
    ) -> Policy[Any]:
        """The protagonist as a policy; arguments and errors are those of `LearnerTrainer.load`."""
        return self._of_students().load(folder, env, group, greedy=greedy)

    def _of_students(self) -> LearnerTrainer:
        return LearnerTrainer(
            self.learner, self.checkpoint_seconds, self.evaluation_episodes, self.progress
        )

    def _editor_of(self, env_id: str) -> str:
        editor = f"{env_id}-Editor"
        if editor not in registry().environments:
            editors = [id for id in registry().environments if id.endswith("-Editor")]
            raise TypeError(
                f"no editor of {env_id} is registered: name the game in which its levels are "
                f"built, as `editor`; there are {editors}"
            )
        return editor

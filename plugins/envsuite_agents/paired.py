"""PAIRED: a teacher builds levels that one student solves and another does not.

Dennis et al., arXiv:2012.02096.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Outcome
from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.policy import Policy
from envsuite.functional import game_state, struct, unwrapped
from envsuite.functional.advantages import advantages
from envsuite.functional.outcomes import outcome
from envsuite_agents.curriculum_run import check_rollout
from envsuite_agents.editing import Endless, check_levels, count_edits
from envsuite_agents.on_policy import Rollout
from envsuite_agents.playing import begin
from envsuite_agents.running import run


def _regret(protagonist: Outcome, antagonist: Outcome) -> jax.Array:
    return jnp.maximum(antagonist.best_return - protagonist.mean_return, 0)


def _flexible_regret(protagonist: Outcome, antagonist: Outcome) -> jax.Array:
    swapped = protagonist.best_return > antagonist.best_return
    regret = jnp.where(
        swapped,
        protagonist.best_return - antagonist.mean_return,
        antagonist.best_return - protagonist.mean_return,
    )
    return jnp.maximum(regret, 0)


def _minimax(protagonist: Outcome, antagonist: Outcome) -> jax.Array:
    return -protagonist.best_return


AIMS: dict[str, Callable[[Outcome, Outcome], jax.Array]] = {
    "regret": _regret,
    "flexible-regret": _flexible_regret,
    "minimax": _minimax,
}
"""What a teacher is paid for, from the outcomes of protagonist and antagonist, `f32[n]`."""


@struct
class Settings:
    """The numbers of the teacher, and those of the students."""

    teacher: Any
    student: Any


@struct
class State:
    """Three learners between two cycles."""

    key: jax.Array
    protagonist: Any
    antagonist: Any
    teacher: Any
    cycles: jax.Array  # i32[]
    reward: jax.Array  # f32[]: what the teacher earned with a level of the last cycle, in the mean
    outcomes: tuple[jax.Array, jax.Array]  # f32[]: mean returns of protagonist and antagonist there


@dataclass(frozen=True)
class PAIRED:
    """Trains a teacher, which builds levels, and two students who play them.

    In each cycle the teacher builds one level for each copy; both students play it, again and again
    for a rollout, and learn from their own returns. The teacher is paid once, with its last edit,
    for what came of the level (`aim`), and learns from that. What a run leaves is the protagonist.

    A whole run is a pure function; see `envsuite.core.policy.Learner`.

    Attributes:
        learner: Of both students; it satisfies `OnPolicy`. `steps` counts those of both.
        teacher: Its `rollout_steps` are the edits of a level, its `num_envs` are the students'.
        editor: The game that the teacher plays; it satisfies `envsuite.Editor`.
        aim: `"regret"`: the antagonist's best return less the protagonist's mean, no less than 0.
            `"flexible-regret"`: the same, and whoever had the better best return is antagonist
            there. `"minimax"`: the protagonist's best return with its sign turned; the antagonist
            is of no use then.

    Raises:
        TypeError: On construction, for a game that is no editor.
        ValueError: On construction, for an unknown aim, unequal numbers of copies, and a teacher
            whose rollouts are not as long as an episode of the editor.
    """

    learner: Any  # OnPolicy and Resumable; types cannot say both
    teacher: Any
    editor: Env[Any, Any]
    aim: str = "regret"

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        if self.aim not in AIMS:
            match = nearest(self.aim, AIMS)
            hint = f"did you mean {match!r}? " if match else ""
            raise ValueError(f"no aim {self.aim!r}: {hint}There are {sorted(AIMS)}")
        if self.teacher.num_envs != self.learner.num_envs:
            raise ValueError(
                f"the teacher builds {self.teacher.num_envs} levels for {self.learner.num_envs} "
                "copies: give both the same num_envs"
            )
        edits = count_edits(self.editor)
        if self.teacher.rollout_steps != edits:
            raise ValueError(
                f"a level takes {edits} edits, and the teacher makes {self.teacher.rollout_steps}: "
                f"give it rollout_steps={edits}"
            )

    @property
    def steps(self) -> int:
        """Environment steps of both students together."""
        return self.learner.steps

    @property
    def update_steps(self) -> int:
        """Environment steps of both students in a cycle."""
        return 2 * self.learner.update_steps

    @property
    def iterations(self) -> int:
        """How many cycles a run has."""
        return -(-self.steps // self.update_steps)

    def default_settings(self) -> Settings:
        """Those of the learners."""
        return Settings(self.teacher.default_settings(), self.learner.default_settings())

    def learn(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Settings) -> Any:
        """Learn from scratch; errors are those of `init`."""
        return run(self, key, env, params, settings)

    def init(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """Three fresh learners.

        Args:
            key: Where all chance comes from.
            env: The students' game, with its time limit.
            params: Any level; it is not learned from.
            settings: Those of teacher and students.

        Raises:
            TypeError: If a learner cannot play its game, and if the editor's levels are not of the
                shape of `params`.
            ValueError: If an episode may outlast a rollout of the students.
        """
        check_rollout(env, self.learner.rollout_steps)
        check_levels(self.editor, params)
        keys = jax.random.split(key, 4)
        own = self.editor.default_params()
        return State(
            keys[0],
            self.learner.init(keys[1], env, params, settings.student),
            self.learner.init(keys[2], env, params, settings.student),
            self.teacher.init(keys[3], Endless(self.editor), own, settings.teacher),
            jnp.int32(0),
            jnp.float32(0),
            (jnp.float32(0), jnp.float32(0)),
        )

    def update(self, state: State, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """Levels, two rollouts in them, and what all three learn from it."""
        key, build_key, first_key, second_key, improve_key = jax.random.split(state.key, 5)
        teacher, levels, built = self._build(build_key, state.teacher, settings)
        protagonist, first = self._play(first_key, state.protagonist, env, levels, settings)
        antagonist, second = self._play(second_key, state.antagonist, env, levels, settings)
        known = (first.episodes > 0) & (second.episodes > 0)
        reward = jnp.where(known, AIMS[self.aim](first, second), 0)
        paid = paid_at_the_end(built, reward, settings.teacher)
        teacher = self.teacher.improve(improve_key, teacher, paid, settings.teacher)
        means = jnp.nanmean(first.mean_return), jnp.nanmean(second.mean_return)
        return State(key, protagonist, antagonist, teacher, state.cycles + 1, reward.mean(), means)

    def weights(self, state: State) -> Any:
        """What the protagonist has learned so far."""
        return self.learner.weights(state.protagonist)

    def policy(self, env: Env[Any, Any], weights: Any, *, greedy: bool = False) -> Policy[Any]:
        """Weights as a policy, the student's."""
        return self.learner.policy(env, weights, greedy=greedy)

    def figures(self, state: State) -> Mapping[str, jax.Array]:
        """Of the last cycle, each `f32[]`: what teacher and students earned."""
        protagonist, antagonist = state.outcomes
        return {
            "teacher_reward": state.reward,
            "protagonist_return": protagonist,
            "antagonist_return": antagonist,
        }

    def counters(self, state: State) -> Mapping[str, int]:
        """How much was played and learned from.

        Returns:
            `env_steps`: of both students; `trained_steps`: the same, for all is learned from;
            `gradient_updates`: of the protagonist; `teacher_steps`: edits.
        """
        cycles = int(state.cycles)
        return {
            "env_steps": cycles * self.update_steps,
            "trained_steps": cycles * self.update_steps,
            "gradient_updates": cycles * self.learner.gradient_steps,
            "teacher_steps": cycles * self.teacher.update_steps,
        }

    def _build(self, key: jax.Array, state: Any, settings: Settings) -> Any:
        """The teacher after building, the levels, and how they were built."""
        begin_key, game_key, noise_key = jax.random.split(key, 3)
        env, own = Endless(self.editor), self.editor.default_params()
        begun = begin(begin_key, env, own, self.teacher.num_envs)
        state = self.teacher.restart(state, begun)
        keys = (game_key, noise_key)
        state, rollout = self.teacher.collect(keys, state, env, own, settings.teacher)
        game: Any = unwrapped(env)
        levels = jax.vmap(lambda last: game.level(game_state(env, last)))(state.playing.state)
        return state, levels, rollout

    def _play(
        self,
        key: jax.Array,
        student: Any,
        env: Env[Any, Any],
        levels: Any,
        settings: Settings,
        trained: jax.Array | None = None,
    ) -> tuple[Any, Outcome]:
        """A student after a rollout in the levels, and what came of each.

        It learns from it unless `trained`, `bool[]`, is false.
        """
        begin_key, game_key, noise_key, improve_key = jax.random.split(key, 4)
        copies = self.learner.num_envs
        begun = begin(begin_key, env, levels, copies, each=True)
        tally = student.playing.tally
        tally = replace(tally, earned=begun.tally.earned, lasted=begun.tally.lasted)
        student = self.learner.restart(student, replace(begun, tally=tally))
        keys = (game_key, noise_key)
        student, rollout = self.learner.collect(
            keys, student, env, levels, settings.student, each=True
        )
        played = rollout.played
        came = outcome(played.reward, played.ended, played.won, rollout.value, rollout.advantage)
        improve = lambda: self.learner.improve(  # noqa: E731
            improve_key, student, rollout, settings.student
        )
        return improve() if trained is None else jax.lax.cond(
            trained, improve, lambda: student
        ), came


def paid_at_the_end(rollout: Rollout, reward: jax.Array, settings: Any) -> Rollout:
    """A teacher's rollout, one episode in each copy, once it is paid with its last step."""
    value = rollout.value
    last = jnp.zeros(value.shape, bool).at[-1].set(True)
    wages = jnp.zeros_like(value).at[-1].set(reward)
    # within an episode, what a step led to is what was seen before the next
    following = jnp.roll(value, -1, axis=0)
    gained = advantages(
        wages, last, last, value, following, settings.discount, settings.trace_decay
    )
    played = replace(rollout.played, reward=wages, terminated=last, ended=last)
    return replace(rollout, played=played, advantage=gained)

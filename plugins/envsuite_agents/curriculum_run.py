"""A learner whose levels somebody else chooses, compiled whole with who chooses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Curriculum, Keeper, KeptLevels
from envsuite.core.env import Env
from envsuite.core.policy import Policy
from envsuite.functional import TimeLimit, Transform, struct
from envsuite.functional.grounded import check_belief
from envsuite.functional.outcomes import outcome
from envsuite_agents.playing import begin
from envsuite_agents.running import run


@struct
class State:
    """A run between two rollouts."""

    key: jax.Array
    student: Any  # the learner's own state
    curriculum: Any  # what the curriculum remembers
    rollouts: jax.Array  # i32[]: how many were played
    trained: jax.Array  # i32[]: how many of them were learned from


@dataclass(frozen=True)
class CurriculumRun:
    """Trains a learner on the levels that a curriculum proposes.

    In each update the curriculum proposes a level for each copy, the copy plays it again and again
    for a rollout, the curriculum is told what came of it, and the learner learns from the rollout,
    but only if the proposal says so: where it does not, its weights and the moments of its
    optimiser stay as they are, to the bit. For a `grounded` curriculum, advantages come from
    imagined transitions.

    A whole run is a pure function, as the learner's own is; see `envsuite.core.policy.Learner`.
    Mapped over seeds, gradient steps are computed for every seed in every update, and thrown away
    where they are not wanted.

    Attributes:
        learner: A learner that satisfies `OnPolicy`, such as `PPO` and `RecurrentPPO`.
        curriculum: Who chooses.

    Raises:
        TypeError: On construction, for a learner that cannot learn from a rollout.
    """

    learner: Any  # OnPolicy and Resumable; types cannot say both
    curriculum: Curriculum[Any, Any]

    def __post_init__(self) -> None:
        """Refuse learners that mix what was played long ago."""
        if not hasattr(self.learner, "collect"):
            raise TypeError(
                f"{type(self.learner).__name__} cannot learn under a curriculum, for what it "
                "learns from is of many rollouts: take PPO or RecurrentPPO"
            )

    @property
    def steps(self) -> int:
        """Environment steps of all copies together, whether learned from or not."""
        return self.learner.steps

    @property
    def update_steps(self) -> int:
        """Environment steps of a rollout."""
        return self.learner.update_steps

    @property
    def iterations(self) -> int:
        """How many rollouts a run has, learned from or not."""
        return self.learner.iterations

    def default_settings(self) -> Any:
        """Those of the learner."""
        return self.learner.default_settings()

    def learn(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Any) -> Any:
        """Learn from scratch; errors are those of `init`."""
        return run(self, key, env, params, settings)

    def init(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Any) -> State:
        """A fresh learner, and a curriculum that knows nothing.

        Args:
            key: Where all chance comes from.
            env: The game, with its time limit; the curriculum was made for it.
            params: Any level; it is not learned from.
            settings: The learner's.

        Raises:
            TypeError: If the learner cannot play the game; if the curriculum needs to imagine, and
                the game cannot.
            ValueError: If an episode may outlast a rollout.
        """
        check_rollout(env, self.learner.rollout_steps)
        if self.curriculum.grounded:
            check_belief(env)
        key, student_key, curriculum_key = jax.random.split(key, 3)
        student = self.learner.init(student_key, env, params, settings)
        chooser = self.curriculum.init(curriculum_key)
        return State(key, student, chooser, jnp.int32(0), jnp.int32(0))

    def update(self, state: State, env: Env[Any, Any], params: Any, settings: Any) -> State:
        """One proposal, one rollout in it, and what both sides learn from it."""
        key, propose_key, begin_key, game_key, noise_key, learn_key, improve_key = jax.random.split(
            state.key, 7
        )
        learner, copies = self.learner, self.learner.num_envs
        chooser, proposal = self.curriculum.propose(propose_key, state.curriculum, copies)
        begun = begin(begin_key, env, proposal.levels, copies, each=True)
        # what has ended is still counted; what was cut off is forgotten
        tally = replace(
            state.student.playing.tally, earned=begun.tally.earned, lasted=begun.tally.lasted
        )
        student = learner.restart(state.student, replace(begun, tally=tally))
        student, rollout = learner.collect(
            (game_key, noise_key),
            student,
            env,
            proposal.levels,
            settings,
            each=True,
            grounded=self.curriculum.grounded,
        )
        played = rollout.played
        came = outcome(played.reward, played.ended, played.won, rollout.value, rollout.advantage)
        chooser = self.curriculum.learn(learn_key, chooser, proposal, came)
        student = jax.lax.cond(
            proposal.trained,
            lambda: learner.improve(improve_key, student, rollout, settings),
            lambda: student,
        )
        trained = state.trained + proposal.trained
        return State(key, student, chooser, state.rollouts + 1, trained)

    def weights(self, state: State) -> Any:
        """What the learner has learned so far."""
        return self.learner.weights(state.student)

    def policy(self, env: Env[Any, Any], weights: Any, *, greedy: bool = False) -> Policy[Any]:
        """Weights as a policy, the learner's."""
        return self.learner.policy(env, weights, greedy=greedy)

    def figures(self, state: State) -> Mapping[str, jax.Array]:
        """The curriculum's, each `f32[]`."""
        return self.curriculum.figures(state.curriculum)

    def kept(self, state: State) -> KeptLevels[Any] | None:
        """The levels that the curriculum keeps, if it keeps any."""
        chooser = self.curriculum
        return chooser.kept(state.curriculum) if isinstance(chooser, Keeper) else None

    def counters(self, state: State) -> Mapping[str, int]:
        """How much was played, and learned from; papers count one or the other as "steps".

        Returns:
            `env_steps`: of all copies together; `trained_steps`: those of them that were learned
            from; `gradient_updates`: how often the weights changed.
        """
        rollouts, trained = int(state.rollouts), int(state.trained)
        return {
            "env_steps": rollouts * self.update_steps,
            "trained_steps": trained * self.update_steps,
            "gradient_updates": trained * self.learner.gradient_steps,
        }


def check_rollout(env: Env[Any, Any], rollout_steps: int) -> None:
    """Raise `ValueError` if an episode may outlast a rollout, which begins every episode anew."""
    limit = time_limit(env)
    if limit is not None and limit > rollout_steps:
        raise ValueError(
            f"episodes of up to {limit} steps outlast a rollout of {rollout_steps}, so that "
            "levels which are not solved would teach the curriculum nothing: raise rollout_steps "
            f"to {limit}, or lower max_steps"
        )


def time_limit(env: Env[Any, Any]) -> int | None:
    """How long an episode may last, if a transform says so."""
    while isinstance(env, Transform):
        if isinstance(env, TimeLimit):
            return env.max_steps
        env = env.env
    return None

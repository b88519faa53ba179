"""REPAIRED: PAIRED whose students also replay levels, and learn from those alone.

Jiang et al., arXiv:2110.02439.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Curriculum, Keeper, KeptLevels
from envsuite.core.env import Env
from envsuite.functional import struct, tree_where
from envsuite_agents.paired import AIMS, PAIRED, Settings, State, paid_at_the_end


@struct
class Replaying:
    """Three learners, and two buffers of levels, between two cycles."""

    run: State
    kept: tuple[Any, Any]  # what the curricula of protagonist and antagonist remember
    trained: tuple[jax.Array, jax.Array]  # i32[]: cycles from which each of them has learned
    taught: jax.Array  # i32[]: cycles in which the teacher built


@dataclass(frozen=True)
class REPAIRED(PAIRED):
    """PAIRED, and each student has a buffer of levels that it plays again.

    In each cycle either the teacher builds levels, which the students only play, and the teacher
    learns from what came of them; or each student replays levels of its own buffer and learns from
    that, and the teacher rests. Both buffers are offered all that the teacher builds.

    Attributes:
        curriculum: Robust PLR: what it would only look at, the teacher builds in its place. There
            is one of each student; they toss one coin.

    Raises:
        ValueError: On construction, without a curriculum, or for one that is not `gated`, so that
            it would never let the teacher build, or that must imagine.
    """

    curriculum: Curriculum[Any, Any] | None = None

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        super().__post_init__()
        chooser = self.curriculum
        if chooser is None or not chooser.gated or chooser.grounded:
            raise ValueError(
                "the teacher builds what a curriculum only looks at, and "
                f"{type(chooser).__name__} is not one that only looks at new levels: take "
                "'robust-plr'"
            )

    def init(  # pyright: ignore[reportIncompatibleMethodOverride]  # another state
        self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Settings
    ) -> Replaying:
        """Three fresh learners and empty buffers; arguments and errors are PAIRED's."""
        key, *own = jax.random.split(key, 3)
        run = super().init(key, env, params, settings)
        kept = self._chooser.init(own[0]), self._chooser.init(own[1])
        return Replaying(run, kept, (jnp.int32(0), jnp.int32(0)), jnp.int32(0))

    def update(  # pyright: ignore[reportIncompatibleMethodOverride]  # another state
        self, state: Replaying, env: Env[Any, Any], params: Any, settings: Settings
    ) -> Replaying:
        """Levels built or replayed, two rollouts in them, and who may learn from it."""
        run, chooser, copies = state.run, self._chooser, self.learner.num_envs
        keys = jax.random.split(run.key, 8)
        key, propose_key, build_key, improve_key = keys[:4]
        proposed = [chooser.propose(propose_key, kept, copies) for kept in state.kept]
        new = ~proposed[0][1].trained & ~proposed[1][1].trained
        like = jax.eval_shape(lambda: self._build(build_key, run.teacher, settings))
        nothing = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), like[2])
        replayed = jax.tree.map(
            lambda leaf, own: leaf.astype(own.dtype), proposed[0][1].levels, like[1]
        )
        teacher, built_levels, built = jax.lax.cond(
            new,
            lambda: self._build(build_key, run.teacher, settings),
            lambda: (run.teacher, replayed, nothing),
        )
        students, outcomes, kept = [], [], []
        for number, student in enumerate((run.protagonist, run.antagonist)):
            memory, proposal = proposed[number]
            levels = tree_where(proposal.trained, proposal.levels, built_levels)
            student, came = self._play(
                keys[4 + number], student, env, levels, settings, proposal.trained
            )
            played = replace(proposal, levels=levels)
            students.append(student)
            outcomes.append(came)
            kept.append(chooser.learn(keys[6 + number], memory, played, came))
        first, second = outcomes
        known = (first.episodes > 0) & (second.episodes > 0)
        reward = jnp.where(known, AIMS[self.aim](first, second), 0)
        teacher = jax.lax.cond(
            new,
            lambda: self.teacher.improve(
                improve_key,
                teacher,
                paid_at_the_end(built, reward, settings.teacher),
                settings.teacher,
            ),
            lambda: teacher,
        )
        paid = jnp.where(new, reward.mean(), run.reward)
        means = jnp.nanmean(first.mean_return), jnp.nanmean(second.mean_return)
        after = State(key, students[0], students[1], teacher, run.cycles + 1, paid, means)
        trained = tuple(
            done + own[1].trained for done, own in zip(state.trained, proposed, strict=True)
        )
        return Replaying(after, (kept[0], kept[1]), (trained[0], trained[1]), state.taught + new)

    def weights(self, state: Any) -> Any:
        """What the protagonist has learned so far."""
        return super().weights(state.run)

    def figures(self, state: Any) -> Mapping[str, jax.Array]:
        """PAIRED's, and those of the protagonist's curriculum."""
        return {**super().figures(state.run), **self._chooser.figures(state.kept[0])}

    def kept(self, state: Replaying) -> KeptLevels[Any] | None:
        """The levels in the protagonist's buffer."""
        chooser = self._chooser
        return chooser.kept(state.kept[0]) if isinstance(chooser, Keeper) else None

    def counters(self, state: Any) -> Mapping[str, int]:
        """As PAIRED's, where not all is learned from."""
        trained = [int(own) for own in state.trained]
        return {
            "env_steps": int(state.run.cycles) * self.update_steps,
            "trained_steps": sum(trained) * self.learner.update_steps,
            "gradient_updates": trained[0] * self.learner.gradient_steps,
            "teacher_steps": int(state.taught) * self.teacher.update_steps,
        }

    @property
    def _chooser(self) -> Curriculum[Any, Any]:
        assert self.curriculum is not None
        return self.curriculum

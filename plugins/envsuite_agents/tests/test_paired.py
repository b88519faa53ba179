"""PAIRED: what the teacher builds and is paid, and that all three learn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces

import envsuite
from envsuite.core.curriculum import Editor, Outcome
from envsuite.core.env import Env
from envsuite.core.policy import Learner
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.functional import TimeLimit, struct
from envsuite_agents.course import Course
from envsuite_agents.editing import count_edits
from envsuite_agents.on_policy import Rollout
from envsuite_agents.paired import AIMS, PAIRED, paid_at_the_end
from envsuite_agents.paired_trainer import PairedTrainer
from envsuite_agents.playing import Played
from envsuite_agents.ppo import PPO
from envsuite_agents.recurrent_ppo import RecurrentPPO
from envsuite_agents.tests.levelled_games import Wage, Work

KEY = jax.random.key(0)


class Killed(Exception):
    """What stands for a process that is killed."""


COPIES, EDITS = 8, 3


@struct
class Offer:
    """A wage under negotiation."""

    wage: jax.Array  # f32[]
    edits: jax.Array  # i32[]


@dataclass(frozen=True)
class WageEditor(Env[Offer, Any]):
    """Three edits, each of which leaves the wage or raises it by one."""

    @property
    def observation_space(self) -> spaces.Box:
        """How many edits were made."""
        return spaces.Box(0.0, EDITS, (1,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Leave or raise."""
        return spaces.Discrete(2)

    def default_params(self) -> None:
        """There are none."""

    def level(self, state: Offer) -> Wage:
        """The wage."""
        return Wage(state.wage)

    def reset(self, key: jax.Array, params: Any) -> tuple[Offer, Timestep[Any]]:
        """Offer nothing."""
        return self._seen(Offer(jnp.float32(0), jnp.int32(0)))

    def step(
        self, key: jax.Array, state: Offer, action: jax.Array, params: Any
    ) -> tuple[Offer, Timestep[Any]]:
        """Edit."""
        return self._seen(Offer(state.wage + action, state.edits + 1))

    def _seen(self, state: Offer) -> Any:
        obs = state.edits.astype(jnp.float32)[None]
        return state, Timestep(obs, jnp.float32(0), state.edits == EDITS)


@dataclass(frozen=True)
class Chance(Work):
    """Each step pays the wage if the first of the two actions is taken."""

    def step(self, key: jax.Array, state: Any, action: jax.Array, params: Wage) -> Any:
        """Be paid for the first action."""
        return super().step(key, state, action, Wage(params.pay * (action == 0)))


STUDENT = PPO(steps=20_000, num_envs=COPIES, rollout_steps=8, epochs=2, minibatches=2, hidden=(8,))
TEACHER = replace(STUDENT, rollout_steps=EDITS, minibatches=2)
GAME = TimeLimit(Chance(), 4)


def test_what_a_teacher_is_paid_for():
    def came(mean: float, best: float) -> Outcome:
        numbers = [jnp.array([value]) for value in (mean, best)]
        unknown = jnp.full(1, jnp.nan)
        return Outcome(jnp.array([4]), *numbers, *(unknown,) * 5)

    weak, strong = came(0.1, 0.3), came(0.5, 0.9)
    paid = {
        name: [float(aim(*pair)[0]) for pair in ((weak, strong), (strong, weak))]
        for name, aim in AIMS.items()
    }
    np.testing.assert_allclose(paid["regret"], [0.9 - 0.1, 0.0], rtol=1e-6)
    np.testing.assert_allclose(paid["flexible-regret"], [0.8, 0.8], rtol=1e-6)
    np.testing.assert_allclose(paid["minimax"], [-0.3, -0.9], rtol=1e-6)


@pytest.mark.parametrize("memory", [False, True])
def test_a_cycle(memory):
    """The teacher's levels are what is played, its wage comes with its last edit."""
    student, teacher = STUDENT, TEACHER
    if memory:
        student = RecurrentPPO(
            steps=640, num_envs=COPIES, rollout_steps=8, encoder=(), units=4, heads=(4,)
        )
        teacher = replace(student, rollout_steps=EDITS)
    paired = PAIRED(student, teacher, WageEditor())
    assert isinstance(paired, Learner) and isinstance(WageEditor(), Editor)
    settings = paired.default_settings()
    state = jax.jit(lambda key: paired.init(key, GAME, GAME.default_params(), settings))(KEY)

    @jax.jit
    def look(state: Any) -> Any:
        _, levels, built = paired._build(KEY, state.teacher, settings)
        protagonist, first = paired._play(KEY, state.protagonist, GAME, levels, settings)
        return levels, built, first, paired.update(state, GAME, GAME.default_params(), settings)

    levels, built, first, following = look(state)
    np.testing.assert_array_equal(levels.pay, built.action.sum(0), "each raise is in the level")
    assert len(set(np.asarray(levels.pay).tolist())) > 1, "the levels differ"
    np.testing.assert_array_equal(first.episodes, [2] * COPIES)
    assert (np.asarray(first.best_return) <= 4 * np.asarray(levels.pay)).all()
    for name in ("protagonist", "antagonist", "teacher"):
        before, after = (getattr(run, name).weights for run in (state, following))
        pairs = zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True)
        assert any((a != b).any() for a, b in pairs), f"the {name} has learned"
    twins = (following.protagonist.weights, following.antagonist.weights)
    assert any((a != b).any() for a, b in zip(*map(jax.tree.leaves, twins), strict=True))
    assert paired.counters(following) == {
        "env_steps": 2 * 8 * COPIES,
        "trained_steps": 2 * 8 * COPIES,
        "gradient_updates": student.gradient_steps,
        "teacher_steps": EDITS * COPIES,
    }


def test_a_wage_at_the_end_reaches_back_to_the_first_edit():
    unread: Any = None
    value = jnp.array([[1.0], [2.0], [4.0]])
    played = Played(unread, unread, unread, unread, None, None)
    rollout = Rollout(unread, None, unread, unread, played, value, unread, None)
    settings = replace(PPO(steps=2).default_settings(), discount=0.5, trace_decay=0.5)
    paid = paid_at_the_end(rollout, jnp.array([8.0]), settings)
    # surprises: 0 + 2/2 - 1 = 0, 0 + 4/2 - 2 = 0, 8 - 4 = 4; later ones count a quarter
    np.testing.assert_allclose(paid.advantage[:, 0], [0.25, 1.0, 4.0])
    assert paid.played.ended[:, 0].tolist() == [False, False, True]


def test_a_teacher_learns_to_pay_what_only_one_student_earns():
    """The antagonist's best is the wage at first; so higher wages leave more to regret."""
    paired = PAIRED(replace(STUDENT, steps=12_000), TEACHER, WageEditor())
    settings = paired.default_settings()
    quick = replace(settings.teacher, learning_rate=1e-2)
    idle = replace(settings.student, learning_rate=0.0)  # students that never get better
    settings = replace(settings, teacher=quick, student=idle)

    @jax.jit
    def wages(key: jax.Array) -> jax.Array:
        state = paired.init(key, GAME, GAME.default_params(), settings)
        step = lambda state, _: (  # noqa: E731
            paired.update(state, GAME, GAME.default_params(), settings),
            paired._build(KEY, state.teacher, settings)[1].pay.mean(),
        )
        return jax.lax.scan(step, state, length=paired.iterations)[1]

    paid = wages(KEY)
    assert paid[:5].mean() < 2.0 and paid[-10:].mean() > 2.7, (
        "from half of the raises to nearly all"
    )


def test_it_is_trained_in_a_folder(tmp_path):
    work = EnvSpec("acme/Work", f"{__name__}:Chance", max_steps=4)
    editor = EnvSpec("acme/Work-Editor", f"{__name__}:WageEditor")
    trainer = PairedTrainer("ppo", evaluation_episodes=4, progress=False)
    train: Any = trainer.train  # which takes a spec for an id
    options: dict[str, Any] = {
        "num_envs": 4,
        "rollout_steps": 8,
        "minibatches": 2,
        "hidden": [4],
        "editor": editor,
        "teacher_config": {"hidden": [4], "minibatches": 2, "entropy_coefficient": 0.05},
    }
    record = train(work, steps=256, seed=0, folder=tmp_path / "run", **options)
    assert record["agent"] == "paired" and record["env_steps"] == 256
    assert record["teacher_steps"] == 4 * 4 * EDITS
    assert record["config"]["teacher"]["entropy_coefficient"] == 0.05
    assert record["curve"][-1]["curriculum"].keys() == {
        "teacher_reward",
        "protagonist_return",
        "antagonist_return",
    }
    game = envsuite.make(work)
    _, timestep = game.reset(KEY, game.default_params())
    action = trainer.load(tmp_path / "run", game, "").act(KEY, None, timestep)[1]
    assert game.action_space.contains(np.asarray(action))
    options["teacher_config"] = {"minibatches": 2, "entropy_coef": 1}
    with pytest.raises(TypeError, match="teacher has no option 'entropy_coef': did you mean"):
        train(work, steps=9, seed=0, folder=tmp_path, **options)
    with pytest.raises(TypeError, match="no editor of envsuite/Primer-GridWalk is registered"):
        trainer.train("envsuite/Primer-GridWalk", steps=9, seed=0, folder=tmp_path)


def test_a_killed_run_ends_as_if_it_had_not_been(tmp_path, monkeypatch):
    work = EnvSpec("acme/Work", f"{__name__}:Chance", max_steps=4)
    editor = EnvSpec("acme/Work-Editor", f"{__name__}:WageEditor")
    options: dict[str, Any] = {
        "num_envs": 4,
        "rollout_steps": 8,
        "minibatches": 2,
        "hidden": [4],
        "editor": editor,
        "teacher_config": {"hidden": [4], "minibatches": 2},
    }

    def train(folder: str) -> Any:
        trainer = PairedTrainer("ppo", 0.0, evaluation_episodes=4, progress=False)
        own: Any = trainer.train  # which takes a spec for an id
        return own(work, steps=640, seed=0, folder=tmp_path / folder, **options)

    advance, left = Course.advance, 4

    def die(self: Course) -> str:
        nonlocal left
        if not left:
            raise Killed
        left -= 1
        return advance(self)

    with monkeypatch.context() as patch:
        patch.setattr(Course, "advance", die)
        with pytest.raises(Killed):
            train("killed")
    assert not (tmp_path / "killed" / "record.json").exists()
    resumed, whole = train("killed"), train("whole")
    for file in ("weights.npz", "checkpoint.npz"):
        with np.load(tmp_path / "killed" / file) as mine, np.load(tmp_path / "whole" / file) as due:
            names = set(due.files) - {"header"}
            assert set(mine.files) - {"header"} == names and len(names) > 3
            for name in names:
                np.testing.assert_array_equal(mine[name], due[name], name)
    timeless = [[{**point, "seconds": 0} for point in run["curve"]] for run in (resumed, whole)]
    assert timeless[0] == timeless[1] and len(timeless[0]) == 10
    assert resumed["figures"] == whole["figures"]


def test_what_does_not_fit_is_refused():
    assert count_edits(WageEditor()) == EDITS
    with pytest.raises(ValueError, match="takes 3 edits, and the teacher makes 8.*rollout_steps=3"):
        PAIRED(STUDENT, STUDENT, WageEditor())
    with pytest.raises(ValueError, match="builds 4 levels for 8 copies"):
        PAIRED(STUDENT, replace(TEACHER, num_envs=4), WageEditor())
    with pytest.raises(ValueError, match="no aim 'regrets': did you mean 'regret'"):
        PAIRED(STUDENT, TEACHER, WageEditor(), "regrets")
    with pytest.raises(TypeError, match="Chance builds no levels"):
        PAIRED(STUDENT, TEACHER, GAME)
    grid = envsuite.make("envsuite/Primer-GridWalk", max_steps=8)
    paired = PAIRED(STUDENT, TEACHER, WageEditor())
    with pytest.raises(TypeError, match="WageEditor builds levels that the game cannot play"):
        paired.init(KEY, grid, grid.default_params(), paired.default_settings())

"""The compiled twins against the JAX rules: the same seed is the same episode on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import envsuite
from envsuite.testing.host_play import host_actions
from envsuite_smax.compiled.layout import T_RANGE
from envsuite_smax.kernel import SMAXKernel
from envsuite_smax.options import CHOICES
from envsuite_smax.scenario import POSITIONS

IDS = [id for id, own in envsuite.registry().environments.items() if own.numba]
# Every id is compared by `make test-long`, and by `benchmarks/agreement.py` on many copies.
SOME = {
    *("SMAX-3m", "SMAX-2s3z", "SMAX-3s_vs_5z", "SMAX-smacv2_5_units"),
    *("MPE-SimpleSpread", "MPE-SimpleWorldComm", "MPE-SimpleFacmac9a", "MPE-SimpleCrypto"),
    *("Overcooked-CrampedRoom", "CoinGame", "Maze"),
}
STEPS = 110
# The vectors of the processor take copies by fours. XLA rounds the odd ones, which are left over,
# otherwise (it fuses other products into sums), and crowded battles magnify the last bit of a
# float beyond 1e-5 within some dozens of steps.
COPIES = 4
DUEL = "envsuite/SMAX-3m"


@dataclass
class Comparison:
    """Whole episodes on both engines.

    Attributes:
        episodes: How many were played to their end, or until the engines parted.
        parted: In how many they did. A copy in which they did is compared no further.
        told: Where that was seen first.
    """

    episodes: int = 0
    parted: int = 0
    told: str = ""

    def check(self) -> None:
        """Fewer than one episode in a thousand may part.

        Two distances that are equal to the last bits may be told apart by one engine and not by the
        other.
        """
        assert self.episodes >= 1
        assert 1000 * self.parted < self.episodes, f"{self.parted} of {self.episodes}: {self.told}"


def compare(id: str, steps: int = STEPS, copies: int = COPIES, **options: Any) -> Comparison:
    """Play both engines side by side, ends and all.

    Discrete figures are equal, floats within 1e-5.
    """
    twin: Any = envsuite.make_engine(id, copies, "numba", **options)
    rules: Any = envsuite.make_engine(id, copies, "jax", **options)
    ours, theirs = twin.reset(seed=11), rules.reset(seed=11)
    found, together = Comparison(), np.ones(copies, bool)
    for step in range(steps + 1):
        if step:
            action = host_actions(rules, theirs, [step - 1] * copies)
            ours, theirs = twin.step(action), rules.step(action)
        for name, unlike in differences(ours, theirs):
            parted = int((unlike & together).sum())
            if parted and not found.told:
                found.told = f"after {step} steps, {name}"
            found.parted += parted
            found.episodes += parted
            together &= ~unlike
        if step:
            found.episodes += int((theirs.info["over"] & together).sum())
    return found


def differences(ours: Any, theirs: Any) -> Iterator[tuple[str, np.ndarray]]:
    """In which copies each thing that is shown is unlike: `bool[copies]`."""
    final = {"final_obs", "final_info"} & set(theirs.info)
    plain = {name: value for name, value in theirs.info.items() if name not in final}
    assert set(ours.info) == set(theirs.info)
    pairs = [
        (name, getattr(ours, name), getattr(theirs, name))
        for name in ("obs", "reward", "terminated", "truncated", "legal")
    ]
    pairs += [(name, ours.info[name], value) for name, value in plain.items()]
    pairs += [(name, ours.info[name], theirs.info[name]) for name in final]
    for name, mine, other in pairs:
        left = jax.tree_util.tree_flatten_with_path(mine)[0]
        right = jax.tree.leaves(other)
        assert len(left) == len(right), name
        for (path, a), b in zip(left, right, strict=True):
            told, b = name + jax.tree_util.keystr(path), np.asarray(b)
            assert a.dtype == b.dtype and a.shape == b.shape, told
            far = ~(np.abs(a - b) <= 1e-5) if a.dtype.kind == "f" else a != b
            unlike: np.ndarray = far.reshape(len(far), -1).any(1)
            # what ended episodes showed last is meaningful where one has ended
            yield told, unlike & np.asarray(theirs.info["over"]) if name in final else unlike


def all_of_them(ids: list[str]) -> list[Any]:
    """All ids, those that are not among `SOME` marked as long."""
    return [
        id if id.removeprefix("envsuite/") in SOME else pytest.param(id, marks=pytest.mark.long)
        for id in ids
    ]


@pytest.mark.parametrize("id", all_of_them(IDS))
def test_whole_episodes(id):
    limit = envsuite.registry().environments[id].max_steps
    found = compare(id, limit + 30 if limit else STEPS)
    found.check()
    assert found.episodes >= COPIES


@pytest.mark.parametrize(
    "options",
    [
        {"enemy": "learner", "allies": ["marine", "zealot"], "enemies": ["stalker"] * 3},
        pytest.param(
            {"attack_mode": "random", "see_enemy_actions": False, "allies": ["zergling"] * 4},
            marks=pytest.mark.long,
        ),
        pytest.param(
            {
                "walls_cause_death": False,
                "map_width": 12,
                "self_play_reward": True,
                "spawn": "peer",
            },
            marks=pytest.mark.long,
        ),
        pytest.param(
            {
                "allies": ["random"] * 2,
                "enemies": ["random"] * 4,
                "positions": "surround_or_reflect",
            },
            marks=pytest.mark.long,
        ),
        {"enemy": "learner", "actions": "continuous", "scenario": "2s3z"},
        pytest.param(
            {"enemy": "learner", "observation": "conic", "conic": "peer", "scenario": "3s_vs_5z"},
            marks=pytest.mark.long,
        ),
        {
            "enemy": "learner",
            "actions": "continuous",
            "continuous": "peer",
            "observation": "conic",
            "scenario": "5m_vs_6m",
        },
    ],
    ids=lambda options: " ".join(options),
)
def test_other_configurations(options):
    compare(DUEL, **options).check()


@pytest.mark.parametrize(
    ("id", "options"),
    [
        ("SimpleTag", {"actions": "continuous", "adversaries": 5, "integration": "semi-implicit"}),
        pytest.param(
            "SimpleWorldComm",
            {"actions": "continuous", "good_agents": 3, "forests": 1},
            marks=pytest.mark.long,
        ),
        pytest.param(
            "SimpleFacmac", {"actions": "discrete", "good_agents": 2}, marks=pytest.mark.long
        ),
        pytest.param("SimpleCrypto", {"actions": "continuous"}, marks=pytest.mark.long),
    ],
)
def test_other_worlds_of_particles(id, options):
    compare(f"envsuite/MPE-{id}", steps=55, **options).check()


@pytest.mark.parametrize(
    "options",
    [
        {"size": 5, "egocentric": True},
        {"size": 2, "shared_rewards": True, "observation": "grid", "egocentric": True},
    ],
)
def test_other_coin_games(options):
    found = compare("envsuite/CoinGame", copies=16, **options)
    assert found.episodes == 16 and not found.parted


def test_kitchens_in_any_state():
    """Cooks that begin anywhere with anything serve, plate and fill pots soon."""
    chances = dict.fromkeys(("start", "facing", "contents"), "random")
    options: dict[str, Any] = {**chances, "drawing": "XPPOX\nX1.2X\nXDSOX", "max_steps": 20}
    found = compare("envsuite/Overcooked-CrampedRoom", steps=200, copies=32, **options)
    assert found.episodes == 320 and not found.parted


UNITS = ["marine", "marauder", "stalker", "zealot", "zergling", "hydralisk", "random"]
SQUAD = st.lists(st.sampled_from(UNITS), min_size=1, max_size=5)
BATTLE = st.fixed_dictionaries(
    {
        "allies": SQUAD,
        "enemies": SQUAD,
        "map_width": st.floats(6, 20),
        "map_height": st.floats(6, 20),
        "world_steps": st.integers(1, 10),
        **{
            name: st.sampled_from(CHOICES[name])
            for name in (
                *("observation", "conic", "actions", "continuous", "enemy", "attack_mode"),
                *("spawn", "surplus"),
            )
        },
        "positions": st.sampled_from(POSITIONS),
        "walls_cause_death": st.booleans(),
        "see_enemy_actions": st.booleans(),
    }
)


# each example compiles a game of its own, so there are few, and none is made smaller if it fails
@pytest.mark.long
@settings(max_examples=6, derandomize=True, deadline=None, phases=[Phase.generate])
@given(BATTLE)
def test_battles_of_your_own(options):
    compare(DUEL, steps=65, max_steps=30, **options).check()


def test_a_parting_is_found_and_counted(monkeypatch):
    """The check of the check: a twin that shoots a hair further parts from the rules."""
    tables = SMAXKernel.tables

    def longer(kernel, params):
        first, second = tables(kernel, params)
        first[:, T_RANGE] *= 1.01
        return first, second

    monkeypatch.setattr(SMAXKernel, "tables", longer)
    found = compare(DUEL)
    assert 1 <= found.parted <= COPIES and "legal" in found.told
    with pytest.raises(AssertionError, match=f"{found.parted} of {found.episodes}"):
        found.check()


def test_other_tasks_for_each_copy():
    game: Any = envsuite.make(DUEL)
    tasks = jax.tree.map(
        lambda leaf: np.repeat(np.asarray(leaf)[None], COPIES, 0), game.default_params()
    )
    tasks.health[1] *= 2
    tasks.speed[2] /= 2
    twin: Any = envsuite.make_engine(DUEL, COPIES, "numba")
    rules: Any = envsuite.make_engine(DUEL, COPIES, "jax")
    ours, theirs = twin.reset(3, params=tasks), rules.reset(3, params=tasks)
    for step in range(30):
        assert not any(unlike.any() for _, unlike in differences(ours, theirs))
        action = host_actions(rules, theirs, [step] * COPIES)
        ours, theirs = twin.step(action), rules.step(action)


def test_results_do_not_depend_on_the_number_of_threads(monkeypatch):
    seen = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("ENVSUITE_THREADS", threads)
        engine: Any = envsuite.make_engine(DUEL, 400, "numba")
        shown = engine.reset(0)
        for step in range(20):
            shown = engine.step(host_actions(engine, shown, [step] * 400))
        seen.append(shown)
    for other in seen[1:]:
        for a, b in zip(jax.tree.leaves(seen[0]), jax.tree.leaves(other), strict=True):
            np.testing.assert_array_equal(a, b)


def test_what_has_no_twin_says_so():
    with pytest.raises(TypeError, match='no compiled twin: take backend="jax"'):
        envsuite.make_engine("envsuite/Primer-Pursuit", backend="numba")
    with pytest.raises(TypeError, match="JAX policies"):
        envsuite.make_engine(DUEL, backend="numba", enemy="learner", view="team")


def test_gymnasium_plays_on_it_as_on_jax():
    import gymnasium as gym

    one, other = (gym.make(DUEL, backend=backend) for backend in ("numba", "jax"))
    a, b = one.reset(seed=4), other.reset(seed=4)
    one.action_space.seed(0)
    for _ in range(25):
        np.testing.assert_allclose(a[0], b[0], atol=1e-5)
        action = one.action_space.sample()
        a, b = one.step(action), other.step(action)
        assert a[2:4] == b[2:4]
        if a[2] or a[3]:
            a, b = one.reset(), other.reset()

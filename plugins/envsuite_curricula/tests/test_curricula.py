"""What each curriculum proposes and when, and what it counts."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.core.curriculum import Outcome
from envsuite_curricula.accel import ACCEL
from envsuite_curricula.domain_randomisation import DomainRandomisation
from envsuite_curricula.plr import PLR
from envsuite_curricula.samplr import SAMPLR
from envsuite_curricula.sfl import SFL
from envsuite_fruit_choice.env import FruitChoice
from envsuite_primer.bandit import Bandit
from envsuite_primer.gridwalk import GridWalk

GAME = GridWalk(size=4)
SLOTS = 4


@cache
def compiled(curriculum: Any) -> tuple[Any, Any]:
    """Propose and learn."""
    return jax.jit(lambda *own: curriculum.propose(*own, SLOTS)), jax.jit(curriculum.learn)


def came(*solved: float, value: float = 0.0) -> Outcome:
    """One episode a slot, solved by these shares, with a best return of 1."""
    share = jnp.array(solved, jnp.float32)
    one = jnp.ones_like(share)
    known = jnp.full_like(share, value)
    return Outcome(jnp.ones(len(solved), jnp.int32), share, one, share, known, one, one, one)


def lead(curriculum: Any, cycles: int, seed: int = 0) -> list[tuple[Any, Any]]:
    """States after, and proposals of, some cycles in which all went alike."""
    propose, learn = compiled(curriculum)
    state, led = curriculum.init(jax.random.key(seed)), []
    for key in jax.random.split(jax.random.key(seed + 1), cycles):
        state, proposal = propose(key, state)
        state = learn(key, state, proposal, came(*(0.5,) * SLOTS))
        led.append((state, proposal))
    return led


def kinds(led: list[tuple[Any, Any]]) -> str:
    """n, r or m for each proposal: new, replayed, mutated."""
    letters = []
    for _, proposal in led:
        tickets = np.asarray(proposal.tickets)
        kind = np.where(tickets >= 0, "r", np.where(tickets == -1, "n", "m"))
        assert len(set(kind.tolist())) == 1, "one kind in all slots"
        letters.append(kind[0])
    return "".join(letters)


def trained(led: list[tuple[Any, Any]]) -> str:
    """For each proposal, t or -."""
    return "".join("t" if bool(proposal.trained) else "-" for _, proposal in led)


def as_bytes(level: Any, row: int) -> bytes:
    leaves = jax.tree.leaves(jax.tree.map(lambda leaf: np.asarray(leaf)[row], level))
    return b"".join(leaf.tobytes() for leaf in leaves)


def test_domain_randomisation_draws_anew_and_learns_from_all():
    led = lead(DomainRandomisation(GAME), 5)
    assert kinds(led) == "nnnnn" and trained(led) == "ttttt"
    seen = {as_bytes(proposal.levels, row) for _, proposal in led for row in range(SLOTS)}
    assert len(seen) == 5 * SLOTS


@pytest.mark.parametrize("robust", [False, True])
def test_replay_begins_when_the_buffer_is_full_enough(robust):
    curriculum = PLR(GAME, capacity=16, fill=0.75, replay=1.0, robust=robust)
    led = lead(curriculum, 6)
    assert kinds(led) == "nnnrrr"  # 12 of 16 levels after three proposals
    assert trained(led) == ("---ttt" if robust else "tttttt")
    early = {as_bytes(proposal.levels, row) for _, proposal in led[:3] for row in range(SLOTS)}
    late = [as_bytes(proposal.levels, row) for row in range(SLOTS) for _, proposal in led[3:]]
    assert set(late) <= early
    figures = curriculum.figures(led[-1][0])
    assert figures["fill"] == 0.75
    counts = [figures[f"levels_{kind}"] for kind in ("new", "replayed", "mutated")]
    assert counts == [12, 12, 0]
    looked = 3 if robust else 0
    assert (figures["proposals_trained"], figures["proposals_untrained"]) == (6 - looked, looked)


def test_a_game_with_few_levels_is_replayed_all_the_same():
    """The lone room has four levels: half of the buffer is never full."""
    curriculum = SAMPLR(FruitChoice(), capacity=24, fill=0.5, replay=1.0)
    led = lead(curriculum, 8)
    assert kinds(led) == "nnnnnnrr" and trained(led) == "------tt"
    figures = curriculum.figures(led[-1][0])
    assert figures["fill"] <= 4 / 24


def test_half_of_the_cycles_replay_by_default():
    led = lead(PLR(GAME, capacity=16, fill=0.75, replay=0.5), 200)
    share = kinds(led)[3:].count("r") / 197
    assert abs(share - 0.5) < 4 * (0.25 / 197) ** 0.5


def test_maxmc_goes_by_the_best_return_ever_seen():
    curriculum = PLR(GAME, capacity=4, replay=1.0, fill=1.0)
    propose, learn = compiled(curriculum)
    state, proposal = propose(jax.random.key(0), curriculum.init(jax.random.key(0)))
    state = learn(jax.random.key(0), state, proposal, came(1, 1, 1, 1, value=0.25))
    np.testing.assert_allclose(state.buffer.score, [0.75] * 4)
    state, proposal = propose(jax.random.key(1), state)
    worse = came(0, 0, 0, 0, value=0.5)
    worse = Outcome(**{**vars(worse), "best_return": jnp.zeros(4)})
    state = learn(jax.random.key(1), state, proposal, worse)
    np.testing.assert_allclose(state.buffer.score, [0.5] * 4)  # 1 - .5, not 0 - .5


def test_a_learner_without_a_critic_is_told_so_by_a_figure():
    curriculum = PLR(GAME, capacity=4)
    propose, learn = compiled(curriculum)
    assert curriculum.needs_values
    state, proposal = propose(jax.random.key(0), curriculum.init(jax.random.key(0)))
    state = learn(jax.random.key(0), state, proposal, came(1, 1, 1, 1, value=np.nan))
    figures = curriculum.figures(state)
    assert figures["scores_refused"] == 4 and figures["fill"] == 0


def test_accel_looks_at_children_after_each_replay():
    curriculum = ACCEL(GAME, capacity=16, fill=0.5, replay=1.0, edits=1)
    led = lead(curriculum, 8)
    assert kinds(led) == "nnrmrmrm" and trained(led) == "--t-t-t-"
    for replay, children in ((2, 3), (4, 5)):
        parents, offspring = led[replay][1].levels, led[children][1].levels
        places = led[replay][1].tickets
        serials = led[replay][0].buffer.serial[places]
        # every level of the proposal is a parent, and each child is one step from its own
        assert sorted((-2 - led[children][1].tickets).tolist()) == sorted(serials.tolist())
        for row, ticket in enumerate(led[children][1].tickets.tolist()):
            parent = serials.tolist().index(-2 - ticket)
            differ = np.asarray(offspring.walls[row] != parents.walls[parent]).sum()
            assert differ <= 1 and (offspring.goal[row] == parents.goal[parent]).all()
    figures = curriculum.figures(led[-1][0])
    assert figures["levels_mutated"] == 12 and figures["proposals_untrained"] == 5


def test_children_are_kept_with_their_parents_named():
    led = lead(ACCEL(GAME, capacity=64, fill=0.1, replay=1.0), 12)
    buffer = led[-1][0].buffer
    born = np.asarray(buffer.parent)[: int(buffer.size)]
    serials = np.asarray(buffer.serial)[: int(buffer.size)]
    assert (born >= 0).any() and set(born[born >= 0].tolist()) <= set(serials.tolist())
    assert (born < serials).all()


def test_sfl_keeps_the_most_learnable_of_all_that_it_looked_at():
    curriculum = SFL(GAME, capacity=6, candidates=18, period=2, share=0.5)
    propose, learn = compiled(curriculum)
    state, random = curriculum.init(jax.random.key(0)), np.random.default_rng(0)
    for search in range(2):
        seen: dict[bytes, float] = {}
        for cycle in range(5):  # 20 levels in proposals of four
            state, proposal = propose(jax.random.key(10 * search + cycle), state)
            assert not proposal.trained
            solved = random.random(SLOTS)
            state = learn(jax.random.key(0), state, proposal, came(*solved))
            for row, share in enumerate(solved):
                seen[as_bytes(proposal.levels, row)] = share * (1 - share)
        best = sorted(seen, key=seen.__getitem__)[-6:]
        kept = {as_bytes(state.buffer.levels, row) for row in range(6)}
        assert kept == set(best)
        for cycle in range(2):
            state, proposal = propose(jax.random.key(50 + 10 * search + cycle), state)
            assert proposal.trained
            found = [as_bytes(proposal.levels, row) in kept for row in range(SLOTS)]
            assert found == [True, True, False, False]
            assert (proposal.tickets >= 0).tolist() == found
            again = learn(jax.random.key(0), state, proposal, came(*(0.5,) * SLOTS))
            np.testing.assert_array_equal(again.buffer.score, state.buffer.score)
    figures = curriculum.figures(state)
    assert (figures["proposals_trained"], figures["proposals_untrained"]) == (4, 10)
    assert (figures["levels_new"], figures["levels_replayed"]) == (48, 8)
    assert figures["effective_levels"] == pytest.approx(6)


def test_who_needs_what():
    assert not DomainRandomisation(GAME).needs_values and not SFL(GAME).needs_values
    assert PLR(GAME).needs_values and not PLR(GAME, score="range_regret").needs_values
    assert not any(own.grounded for own in (PLR(GAME), ACCEL(GAME), SFL(GAME)))


@pytest.mark.parametrize(
    ("target", "options", "words"),
    [
        (PLR, {"capacity": 0}, "capacity must be a whole number from 1 up, not 0"),
        (SFL, {"capacity": 0}, "capacity must be a whole number from 1 up, not 0"),
        (PLR, {"replay": 2.0}, "replay must lie between 0 and 1, not 2.0"),
        (PLR, {"score": "learnabilty"}, "score 'learnabilty' is unknown: did you mean 'learnab"),
        (PLR, {"prioritisation": "Rank"}, "'Rank' is unknown: did you mean 'rank'"),
        (ACCEL, {"edits": 0}, "edits must be a whole number from 1 up, not 0"),
        (SFL, {"period": 0}, "period must be a whole number from 1 up, not 0"),
        (SFL, {"share": -1.0}, "share must lie between 0 and 1, not -1.0"),
    ],
)
def test_numbers_out_of_range_are_refused(target, options, words):
    with pytest.raises(ValueError, match=words):
        target(GAME, **options)


@pytest.mark.parametrize("target", [DomainRandomisation, PLR, ACCEL, SFL, SAMPLR])
def test_a_game_without_levels_is_refused(target):
    with pytest.raises(TypeError, match="Bandit has no levels for a curriculum to choose"):
        target(Bandit())


def test_a_game_that_hides_nothing_is_not_for_samplr():
    with pytest.raises(TypeError, match="GridWalk does not say what is hidden .* 'robust-plr'"):
        SAMPLR(GAME)

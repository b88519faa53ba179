"""STORM for any number beside JaxMARL 0.2.0's `storm_np`: where it is right, and where not."""

from __future__ import annotations

import jax
import numpy as np

from envsuite_storm.movement import STEPS, beam_cells
from envsuite_storm.n_player import FORWARD, ZAP_AHEAD, ZAP_RIGHT
from envsuite_storm.tests.beside import three

SIZE = 8
WRONG = [4, 5, 11, 12, 13]  # planes: oneself, another, what is held (2), frozen


def test_whole_games():
    """Every step until somebody begins anew."""
    both = three()
    played = both.games(90, [0.12, 0.1, 0.44, 0.02, 0.14, 0.06, 0.06, 0.06])
    before, after, due = (played[name] for name in ("before", "after", "due"))
    number = np.array([SIZE, 1])

    def apart(cells: np.ndarray) -> np.ndarray:
        return (np.diff(np.sort(cells @ number, axis=-1), axis=-1) != 0).all(-1)

    thawing = (before.frozen == 1).any((-2, -1))
    fine = np.logical_and.accumulate(apart(before.places) & ~thawing, axis=0)
    assert fine.sum() > 1500
    shape = (*fine.shape, 3, 5, 5, 14)
    theirs, ours = (played[name].reshape(shape) for name in ("observed", "shown"))
    seen = np.concatenate([fine[1:], fine[:1] & False])
    agree = theirs == ours
    assert np.delete(agree, WRONG, axis=-1)[seen].all() and not agree[seen][..., WRONG].all()
    # the peer errs in who is there, not in whether somebody is
    assert (theirs[seen][..., 4:6].sum(-1) == ours[seen][..., 4:6].sum(-1)).all()

    free = (before.frozen == 0).all(-1)
    walks = (played["actions"] == FORWARD) & free
    wanted = before.places + walks[..., None] * STEPS[before.headings]
    clear = fine & apart(np.clip(wanted, 0, SIZE - 1))
    for name in ("places", "headings", "lying", "inventories", "coins"):
        agree = getattr(after, name) == getattr(due, name)
        assert agree.reshape(*fine.shape, -1).all(-1)[clear].all(), name

    zaps = played["actions"] >= ZAP_AHEAD
    plain = clear & (zaps.sum(-1) <= 1) & (played["actions"] != ZAP_RIGHT).all(-1)
    assert (after.frozen == due.frozen).all((-2, -1))[plain].all()
    assert (after.frozen[plain] == 5).any((-2, -1)).sum() > 5, "too few interactions"

    # a player who does not zap puts out what others lit in the cells before it
    beams, theirs = (state.beams.reshape(*fine.shape, -1) for state in (after, due))
    cells = np.asarray(jax.jit(jax.vmap(jax.vmap(beam_cells)))(after)) @ number
    crossed = (cells[..., None] == np.arange(SIZE**2)).any(-2).sum(-2) > 1
    assert (beams | ~theirs)[clear].all() and (~beams | theirs | crossed)[clear].all()
    assert theirs[clear].any()

"""STORM for two beside JaxMARL 0.2.0's `storm_2p`: its states fed to our rules, same actions."""

from __future__ import annotations

import numpy as np

from envsuite_storm.movement import STEPS
from envsuite_storm.tests.beside import sound, two
from envsuite_storm.two_player import FORWARD

FIELDS = ("places", "headings", "coins", "lying", "inventories", "frozen", "beams", "inner_step")


def test_whole_games():
    """Every step but the last; only where chance falls do they part."""
    both = two()
    played = both.games(110, [0.1, 0.08, 0.42, 0.34, 0.06])
    before, after, due = (played[name] for name in ("before", "after", "due"))
    fine = sound(played["peer"], before)
    assert fine.mean() > 0.7
    still_fine = np.concatenate([fine[1:], fine[:1] & False])
    assert (played["observed"] == played["shown"])[still_fine].all()
    np.testing.assert_allclose(played["ours"], played["theirs"], atol=1e-5)
    assert (played["ours"] != 0).any(-1).sum() > 15, "too few interactions to compare"

    respawns = fine & (before.frozen[..., 0, 1] == 1)
    assert respawns.sum() > 15 and after.lying[respawns].all()
    for state in (after, due):
        assert not state.frozen[respawns].any() and not state.inventories[respawns].any()
        assert (state.places[respawns].sum(1) == 7).all()
    walks = (played["actions"] == FORWARD).all(-1) & (before.frozen[..., 0, 1] == 0)
    wanted = before.places + STEPS[before.headings]
    contested = walks & (wanted[..., 0, :] == wanted[..., 1, :]).all(-1)
    assert (fine & contested).any()
    for name in FIELDS:
        agree = (getattr(after, name) == getattr(due, name)).reshape(*fine.shape, -1).all(-1)
        assert agree[fine & ~respawns & ~contested].all(), name

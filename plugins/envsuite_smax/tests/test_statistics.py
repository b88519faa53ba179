"""How battles end, beside the reference's figures; the whole table is made by the benchmark."""

import pytest

from benchmarks.smax_statistics import FIGURES, compare, play, reference


@pytest.mark.parametrize(
    ("scenario", "policy"),
    [("3m", "scripted"), ("5m_vs_6m", "random"), ("smacv2_5_units", "stop")],
)
def test_battles_end_as_the_references_do(scenario: str, policy: str) -> None:
    episodes, expected = reference()[scenario]
    ours = play(scenario, policy, episodes=400, seed=1)
    distances = compare(ours, expected[policy], episodes=episodes)
    for name in FIGURES:
        assert distances[name]["standard_errors"] < 3, distances

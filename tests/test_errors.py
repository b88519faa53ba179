"""The nearest name, as errors suggest it."""

import pytest

from envsuite.core.errors import nearest

IDS = ["envsuite/SMAX-3m", "envsuite/SMAX-2s3z", "envsuite/Primer-Bandit", "acme/Chain"]


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("envsuite/SMAX-3n", "envsuite/SMAX-3m"),
        ("envsuite/smax-2S3Z", "envsuite/SMAX-2s3z"),
        ("SMAX-3m", "envsuite/SMAX-3m"),
        ("envsuit/SMAX-3m", "envsuite/SMAX-3m"),
        ("envsuite/SMAX-3m-v0", "envsuite/SMAX-3m"),
        ("acme/Chains", "acme/Chain"),
        ("envsuite/Wq", None),  # the namespace alone makes nothing alike
        ("", None),
    ],
)
def test_nearest(name: str, match: str | None):
    assert nearest(name, IDS) == match


def test_nothing_is_nearest_to_nothing():
    assert nearest("SMAX", []) is None

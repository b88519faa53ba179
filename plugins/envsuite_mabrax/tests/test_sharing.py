"""Rows of equal length, and back again: on a robot of four joints that exists here only."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from envsuite_mabrax.partition import Part
from envsuite_mabrax.sharing import Sharing

PARTS = (Part("wide", (3, 0), (0, 2, 4)), Part("slim", (1,), (4,)))  # joint 2 is nobody's
WHOLE = jnp.array([10.0, 11.0, 12.0, 13.0, 14.0])


def sharing(homogenisation: str) -> Sharing:
    return Sharing(PARTS, size=5, joints=4, homogenisation=homogenisation)


def test_padded():
    shared = sharing("pad")
    assert shared.agents == {"agent": 2} and shared.features == {"agent": 3}
    np.testing.assert_array_equal(shared.observe(WHOLE)["agent"], [[10, 12, 14], [14, 0, 0]])
    action = shared.act({"agent": jnp.array([[0.3, 0.1], [0.2, 0.9]])})
    np.testing.assert_allclose(action, [0.1, 0.2, 0.0, 0.3])


def test_with_a_number_in_front():
    shared = sharing("max")
    assert shared.features == {"agent": 5} and shared.choices == {"agent": 2}
    np.testing.assert_array_equal(
        shared.observe(WHOLE)["agent"], [[1, 0, 10, 12, 14], [0, 1, 14, 0, 0]]
    )


def test_each_in_its_place():
    shared = sharing("concat")
    assert shared.features == {"agent": 5} and shared.choices == {"agent": 4}
    np.testing.assert_array_equal(
        shared.observe(WHOLE)["agent"], [[10, 0, 12, 0, 14], [0, 0, 0, 0, 14]]
    )
    action = shared.act({"agent": jnp.array([[0.1, 0.7, 0.7, 0.3], [0.7, 0.2, 0.7, 0.7]])})
    np.testing.assert_allclose(action, [0.1, 0.2, 0.0, 0.3])


def test_as_they_are():
    shared = sharing("none")
    assert shared.agents == {"wide": 1, "slim": 1}
    assert shared.features == {"wide": 3, "slim": 1} and shared.choices == {"wide": 2, "slim": 1}
    seen = shared.observe(WHOLE)
    np.testing.assert_array_equal(seen["wide"], [[10, 12, 14]])
    np.testing.assert_array_equal(seen["slim"], [[14]])
    action = shared.act({"wide": jnp.array([[0.3, 0.1]]), "slim": jnp.array([[0.2]])})
    np.testing.assert_allclose(action, [0.1, 0.2, 0.0, 0.3])

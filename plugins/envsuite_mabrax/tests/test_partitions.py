"""Who sees and drives what: against lists worked by hand, and names that MuJoCo has."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_mabrax.env import MABrax
from envsuite_mabrax.physics import BACKENDS, simulator
from envsuite_mabrax.robots import robots
from envsuite_mabrax.tests.peer import quiet

SHIPPED = [("ant", "4x2"), ("halfcheetah", "6x1"), ("hopper", "3x1"), ("humanoid", "9x8")]
SHIPPED += [("walker2d", "2x3")]


def spans(text: str) -> list[int]:
    ends = [word.split("-") for word in text.split()]
    return [n for end in ends for n in range(int(end[0]), int(end[-1]) + 1)]


def joint_names(system) -> list[str]:
    """MuJoCo's names of the joints, without those of the torso."""
    starts = np.asarray(system.name_jntadr).tolist()
    names = [system.names[start:].split(b"\0")[0].decode() for start in starts]
    return [name.removesuffix("_joint") for name in names if not name.startswith("root")]


@pytest.mark.parametrize("name", list(robots()))
def test_joints_are_those_of_the_robot(name):
    system = simulator(name, "positional").sys
    assert tuple(joint_names(system)) == robots()[name].joints
    if robots()[name].links:
        assert tuple(system.link_names) == tuple(robots()[name].links)


@pytest.mark.parametrize("name", list(robots()))
def test_actions_are_in_the_order_of_the_motors(name):
    # by MuJoCo's ids of the joints, not by the places from which they are read here
    system = simulator(name, "positional").sys
    moved = np.asarray(system.actuator_trnid)[:, 0]
    starts = np.asarray(system.name_jntadr)[moved].tolist()
    names = [system.names[s:].split(b"\0")[0].decode().removesuffix("_joint") for s in starts]
    partition = next(iter(robots()[name].partitions))
    for backend in BACKENDS if name == "ant" else ("positional",):
        assert list(MABrax(name, partition, backend=backend).driven) == names


# By hand from the order of what Brax observes: of the torso everything, own joints' positions and
# those next to them, own joints' velocities; of the humanoid also links and forces.
SEEN = {
    "ant": [
        "0-4 5 6 7 9 11 13-18 19 20",
        "0-4 5 7 8 9 11 13-18 21 22",
        "0-4 5 7 9 10 11 13-18 23 24",
        "0-4 5 7 9 11 12 13-18 25 26",
    ],
    "halfcheetah": [
        "0 1 2 3 5 8-10 11",
        "0 1 2 3 4 8-10 12",
        "0 1 3 4 8-10 13",
        "0 1 2 5 6 8-10 14",
        "0 1 5 6 7 8-10 15",
        "0 1 6 7 8-10 16",
    ],
    "hopper": ["0 1 2 3 5-7 8", "0 1 2 3 4 5-7 9", "0 1 3 4 5-7 10"],
    "humanoid": [
        "0-10 12-14 16-30 39-84 95-104 115-178 185-190 197-229 238-243",
        "0-15 22-27 31-38 75-114 173-196 221-226 230-237",
    ],
    "walker2d": ["0-5 8-13", "0 1 2 5-10 14-16"],
}


@pytest.mark.parametrize(("robot", "partition"), SHIPPED)
def test_agents_see_their_own_joints_and_those_next_to_them(robot, partition):
    game = MABrax(robot, partition)
    assert [list(part.sees) for part in game.parts] == [spans(text) for text in SEEN[robot]]


@pytest.mark.parametrize(("robot", "partition"), SHIPPED)
def test_every_joint_is_driven_once_by_who_sees_it(robot, partition):
    game = MABrax(robot, partition)
    assert sorted(i for part in game.parts for i in part.acts) == list(range(len(game.joints)))
    first = robots()[robot].positions
    later = first + len(game.joints) + robots()[robot].velocities
    for part in game.parts:
        for index in part.acts:
            joint = game.joints.index(game.driven[index])
            assert {first + joint, later + joint} <= set(part.sees), (part.name, joint)


def test_sight_reaches_from_neighbour_to_neighbour():
    def positions(sight: int) -> list[list[str]]:
        game = MABrax("walker2d", "2x3", sight=sight)
        return [[game.joints[i - 2] for i in p.sees if 2 <= i < 8] for p in game.parts]

    right, left = ["thigh", "leg", "foot"], ["thigh_left", "leg_left", "foot_left"]
    assert positions(0) == [right, left]
    assert positions(1) == [right + left[:1], right[:1] + left]
    assert positions(2) == [right + left[:2], right[:2] + left]
    assert positions(3) == positions(9) == [right + left] * 2


def test_anyone_may_deal_the_joints_out():
    game = MABrax("hopper", {"below": ["foot", "leg"], "above": ["thigh"]})
    assert [(part.name, part.acts) for part in game.parts] == [("below", (2, 1)), ("above", (0,))]
    assert game == MABrax("hopper", {"below": ("foot", "leg"), "above": ("thigh",)})
    assert hash(game) == hash(MABrax("hopper", game.partition))
    assert game != MABrax("hopper", "3x1")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"robot": "hoper"}, ValueError, "did you mean 'hopper'"),
        ({"robot": "ant", "partition": "4x3"}, ValueError, "did you mean '4x2'"),
        ({"partition": {"a": ["hip1"]}}, ValueError, "did you mean 'hip_1'"),
        ({"partition": {"a": ["hip_1"], "b": ["hip_1"]}}, ValueError, "by 'a' and by 'b'"),
        ({"partition": {"a": ["hip_1", "hip_1"]}}, ValueError, "by 'a' and by 'a'"),
        ({"partition": {"a": []}}, ValueError, "a joint to drive"),
        ({"partition": {}}, ValueError, "needs an agent"),
        ({"partition": 3}, TypeError, "a name, or a mapping"),
        ({"sight": -1}, ValueError, "0 or more"),
        ({"homogenisation": "pads"}, ValueError, "did you mean 'pad'"),
        ({"backend": "positionl"}, ValueError, "did you mean 'positional'"),
        ({"indices": "jaxmarl", "partition": "2x4"}, ValueError, 'take indices="joints"'),
        ({"indices": "jaxmarl", "partition": {"a": ["hip_1"]}}, ValueError, "has no partition"),
        ({"indices": "jaxmarl", "sight": 2}, ValueError, "leave sight out"),
    ],
)
def test_what_makes_no_team(options, error, words):
    with pytest.raises(error, match=words):
        MABrax(**options)


@pytest.mark.parametrize(("robot", "partition"), SHIPPED)
def test_shapes_are_those_of_the_spaces_and_stay(robot, partition):
    """Of every robot, without compiling anything; see `tests/conformance` for one that plays."""
    game = MABrax(robot, partition)
    params, key = game.default_params(), jax.random.key(0)
    size = game.agents["agent"]
    actions, features = game.action_space["agent"].shape, game.observation_space["agent"].shape
    assert actions and features
    given = {"agent": jax.ShapeDtypeStruct((size, *actions), jnp.float32)}
    with quiet():
        state, first = jax.eval_shape(game.reset, key, params)
        following, second = jax.eval_shape(game.step, key, state, given, params)
    for a, b in ((state, following), (first, second)):
        kinds = [[(x.shape, x.dtype, x.weak_type) for x in jax.tree.leaves(t)] for t in (a, b)]
        assert kinds[0] == kinds[1], "or the next step is compiled anew"
    assert first.obs["agent"].shape == (size, *features)
    assert first.reward["agent"].shape == first.terminated["agent"].shape == (size,)
    assert game.world(state).shape == game.world_space.shape

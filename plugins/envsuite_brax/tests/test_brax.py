"""The robots are Brax's own, step by step; what is known of them without Brax is true."""

from __future__ import annotations

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest

from envsuite_brax.env import Brax, State
from envsuite_brax.physics import old_names, quiet, simulator
from envsuite_brax.render import frame
from envsuite_brax.tasks import TASKS

ALL = sorted(TASKS)


def episode(task: str, steps: int, push: float) -> tuple[list, list]:
    """Ours and Brax's own, one beside the other, with the same actions up to `push` beyond 1."""
    game = Brax(task)
    with quiet(), old_names():
        begin, step = jax.jit(game.reset), jax.jit(game.step)
        theirs = simulator(task, "generalized")
        their_begin, their_step = jax.jit(theirs.reset), jax.jit(theirs.step)
        params = jax.tree.map(jnp.asarray, game.default_params())
        key, stream = jax.random.PRNGKey(3), np.random.default_rng(0)
        state, timestep = begin(key, params)
        other = their_begin(key)
        ours, brax = [timestep], [other]
        for _ in range(steps):
            action = stream.uniform(-push, push, TASKS[task].actions).astype(np.float32)
            state, timestep = step(key, state, action, params)
            other = their_step(other, np.clip(action, -1, 1))
            ours.append(timestep)
            brax.append(other)
            if other.done:
                break
    return ours, brax


@pytest.mark.long
@pytest.mark.parametrize("task", ALL)
def test_an_episode_is_braxs(task):
    """Start, observations, rewards and end of random play; the hopper falls in it."""
    ours, brax = episode(task, 100, 1.5)
    for own, other in zip(ours, brax, strict=True):
        # the same operations in another program, whose rounding may differ
        np.testing.assert_allclose(own.obs, other.obs, rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(own.reward, other.reward, rtol=1e-3, atol=1e-3)
        assert bool(own.terminated) == bool(other.done)
        assert own.info.keys() == other.metrics.keys()
    falls = task in ("hopper", "walker2d")
    assert bool(ours[-1].terminated) == falls and (len(ours) < 101) == falls


@pytest.mark.parametrize("task", ALL)
def test_sizes_are_braxs(task):
    game, theirs = Brax(task), simulator(task, "generalized")
    assert game.action_space.shape == (theirs.sys.act_size(),)
    with quiet():
        seen = jax.eval_shape(theirs.reset, jax.random.PRNGKey(0)).obs
    assert game.observation_space.shape == seen.shape


@pytest.mark.parametrize("task", ALL)
def test_backends_are_braxs(task):
    with quiet():
        for backend in ("positional", "spring", "mjx"):
            if backend in TASKS[task].backends:
                simulator(task, backend)
            else:
                with pytest.raises(ValueError, match="Unsupported backend"):
                    simulator(task, backend)
                with pytest.raises(ValueError, match="on the backend generalized alone"):
                    Brax(task, backend)


def test_what_is_not_there_is_named():
    with pytest.raises(ValueError, match="task 'hoper' is unknown: did you mean 'hopper'"):
        Brax("hoper")
    with pytest.raises(ValueError, match="backend 'mj' is unknown: did you mean 'mjx'"):
        Brax(backend="mj")


def test_robots_are_seen_where_they_are():
    """At rest, of MuJoCo's kinematics, so that nothing is compiled."""
    for task in ALL:
        model = simulator(task, "generalized").sys.mj_model
        data = mujoco.MjData(model)  # pyright: ignore[reportAttributeAccessIssue] - compiled
        mujoco.mj_kinematics(model, data)  # pyright: ignore[reportAttributeAccessIssue] - compiled
        pictures = []
        for moved in (0.0, 7.0):
            place = data.xpos[1:] + np.array([moved, 0, 0])
            links = SimpleNamespace(pos=place, rot=data.xquat[1:])
            state = State(SimpleNamespace(pipeline_state=SimpleNamespace(x=links)))
            pictures.append(frame(Brax(task), state, Brax(task).default_params()))
        here, there = pictures
        assert here.shape == (432, 400, 3) and here.dtype == np.uint8
        for ink in ((92, 103, 119), (230, 159, 0)):  # trunk, and limbs of the other side
            seen = (here == ink).all(-1)
            # the hopper has one side, and the humanoid, lying, hides the far one
            one_sided = task in ("hopper", "humanoidstandup") and ink[0] == 230
            assert seen.sum() > 100 or one_sided
            np.testing.assert_array_equal(seen, (there == ink).all(-1))  # the picture goes along
        assert not np.array_equal(here, there), "the numbers on the ground"

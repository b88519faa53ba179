"""What every engine promises of every game: many copies, one seed one episode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.engines.base import Autoreset, Engine
from envsuite.factory import make_engine, spec
from envsuite.testing.host_play import host_actions

COPIES = 3
FEWER = 2
STEPS = 40


@dataclass(frozen=True)
class Batch:
    """How the engines of a check are made."""

    spec: EnvSpec
    options: dict[str, Any]

    def engine(self, copies: int, autoreset: Autoreset) -> Engine:
        """An engine of the game."""
        return make_engine(self.spec, copies, autoreset=autoreset, **self.options)


def batch(id: str | EnvSpec, **options: Any) -> Batch:
    """What to check: an id, and options of `make_engine`."""
    return Batch(spec(id), options)


def _play(engine: Engine, steps: int, seed: int = 7) -> list[Timestep[Any]]:
    """Legal play whose actions depend on the slot and on how many steps it has played."""
    shown = engine.reset(seed)
    seen = [shown]
    played = np.zeros(engine.num_envs, int)
    ended = np.zeros(engine.num_envs, bool)
    for _ in range(steps):
        played += ~ended if engine.autoreset == "next-step" else 1
        shown = engine.step(host_actions(engine, shown, played.tolist()))
        seen.append(shown)
        ended = np.asarray(shown.info["over"])
        if engine.autoreset == "disabled" and ended.any():
            shown = engine.reset(mask=ended)
    return seen


def _same(a: Any, b: Any, copies: int, what: str) -> None:
    """Discrete leaves equal, floats within 1e-5, in the first `copies` slots."""
    left = jax.tree_util.tree_flatten_with_path(a)[0]
    right = jax.tree.leaves(b)
    for (path, x), y in zip(left, right, strict=True):
        where = f"{what}{jax.tree_util.keystr(path)}"
        if isinstance(x, str):
            assert x == y, where
            continue
        x, y = np.asarray(x)[:copies], np.asarray(y)[:copies]
        if x.dtype.kind == "f":
            np.testing.assert_allclose(x, y, rtol=1e-5, atol=1e-5, err_msg=where)
        else:
            np.testing.assert_array_equal(x, y, err_msg=where)


def _shown(timestep: Timestep[Any], copies: int) -> tuple[Any, ...]:
    """What the agents of the first slots see."""
    obs = timestep.obs[:copies] if isinstance(timestep.obs, list) else timestep.obs
    return obs, timestep.reward, timestep.terminated, timestep.truncated, timestep.legal


def an_episode_does_not_depend_on_the_batch(batch: Batch) -> None:
    """Slot i plays the same episode whatever the number of copies."""
    wide = _play(batch.engine(COPIES, "same-step"), STEPS)
    narrow = _play(batch.engine(FEWER, "same-step"), STEPS)
    for step, (a, b) in enumerate(zip(wide, narrow, strict=True)):
        _same(_shown(a, FEWER), _shown(b, FEWER), FEWER, f"step {step}: ")


def slot_is_seeded_by_its_number(batch: Batch) -> None:
    """Slot i of reset(seed=s) is slot 0 of reset(seed=s + i)."""
    first = batch.engine(COPIES, "same-step").reset(seed=[7, 8, 9])
    second = batch.engine(COPIES, "same-step").reset(seed=7)
    _same(_shown(first, COPIES), _shown(second, COPIES), COPIES, "")


def all_modes_play_the_same_episodes(batch: Batch) -> None:
    """Same-step, next-step and disabled autoreset play the same episodes."""
    modes: tuple[Autoreset, ...] = ("same-step", "disabled", "next-step")
    tales = [_episodes(_play(batch.engine(COPIES, mode), STEPS), mode) for mode in modes]
    for mode, tale in zip(modes[1:], tales[1:], strict=True):
        for slot in range(COPIES):
            count = min(len(tale[slot]), len(tales[0][slot]))
            np.testing.assert_allclose(
                tale[slot][:count],
                tales[0][slot][:count],
                atol=1e-5,
                err_msg=f"{mode}, slot {slot}",
            )


def _episodes(seen: list[Timestep[Any]], mode: str) -> list[list[float]]:
    """By slot: the rewards of one step after the other, without the steps that only reset."""
    tale: list[list[float]] = [[] for _ in range(COPIES)]
    ended = np.zeros(COPIES, bool)
    for timestep in seen[1:]:
        rewards = [
            np.asarray(leaf).reshape(COPIES, -1).sum(1) for leaf in jax.tree.leaves(timestep.reward)
        ]
        total = np.sum(rewards, axis=0)
        for slot in range(COPIES):
            if not (mode == "next-step" and ended[slot]):
                tale[slot].append(float(total[slot]))
        ended = np.asarray(timestep.info["over"])
    return tale


def a_masked_reset_leaves_the_others_alone(batch: Batch) -> None:
    """A masked reset changes nothing in the slots outside the mask."""
    engine = batch.engine(COPIES, "disabled")
    shown = engine.reset(3)
    shown = engine.step(host_actions(engine, shown, [0] * COPIES))
    before, state = shown, engine.state
    mask = np.array([True, False, False])
    after = engine.reset(mask=mask)
    for a, b in zip(jax.tree.leaves(before.obs), jax.tree.leaves(after.obs), strict=True):
        if isinstance(a, str):
            continue
        np.testing.assert_array_equal(np.asarray(a)[1:], np.asarray(b)[1:])
    if isinstance(before.obs, list):
        assert before.obs[1:] == after.obs[1:]
    engine.state = state


def the_state_can_be_kept_and_put_back(batch: Batch) -> None:
    """A state that was kept and put back plays on as it did before."""
    engine = batch.engine(COPIES, "same-step")
    shown = engine.reset(5)
    shown = engine.step(host_actions(engine, shown, [0] * COPIES))
    kept, action = engine.state, host_actions(engine, shown, [1] * COPIES)
    once = engine.step(action)
    engine.state = kept
    again = engine.step(action)
    _same(_shown(once, COPIES), _shown(again, COPIES), COPIES, "")


def no_step_before_the_first_reset(batch: Batch) -> None:
    """A step before the first reset is one clear error."""
    engine = batch.engine(COPIES, "same-step")
    try:
        engine.step(None)
    except RuntimeError as error:
        assert "reset" in str(error), error
    else:
        raise AssertionError("a step before the first reset was played")


PROMISES = (
    slot_is_seeded_by_its_number,
    an_episode_does_not_depend_on_the_batch,
    all_modes_play_the_same_episodes,
    a_masked_reset_leaves_the_others_alone,
    the_state_can_be_kept_and_put_back,
    no_step_before_the_first_reset,
)

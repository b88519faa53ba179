"""What every Gymnasium vector environment promises, held against Gymnasium's own vectorisation."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array

from envsuite.core.spec import EnvSpec
from envsuite.testing.promises import Outcome, examine
from envsuite.testing.vector_play import (
    COPIES,
    SEED,
    STEPS,
    Chooser,
    Maker,
    Shown,
    begun,
    play,
    restarted,
    rows,
    stepped,
)

# A batch and a lone copy are other programs, which round differently; bodies in contact magnify
# the last bit, within the few steps that are played here, to 4e-5 of a number.
TOLERANCE = 1e-4


def examine_vector(id: str | EnvSpec, **options: Any) -> list[Outcome]:
    """The outcome of each promise that a vector environment makes; raises nothing.

    Args:
        id: An id of the registry, or a spec.
        **options: Those that the adapters `gymnasium` and `gymnasium-vector` share.
    """
    maker = Maker(id, options)
    return examine((promise, maker) for promise in PROMISES)


def _alike(a: Any, b: Any, where: str) -> None:
    """Strings and whole numbers equal, floats within `TOLERANCE`."""
    if isinstance(a, str):
        assert a == b, f"{where}: {a!r} is not {b!r}"
        return
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        x, y = np.asarray(x), np.asarray(y)
        assert x.dtype == y.dtype, f"{where}: {x.dtype} is not {y.dtype}"
        np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE, err_msg=where)


def _alike_slots(a: Shown, b: Shown, slots: list[tuple[int, int]], where: str) -> None:
    """Slot by slot: what was seen, earned and ended."""
    for left, right in slots:
        at = f"{where}, slot {left}"
        _alike(a.obs[left], b.obs[right], f"{at}, observation")
        for name in ("reward", "terminated", "truncated"):
            _alike(getattr(a, name)[left], getattr(b, name)[right], f"{at}, {name}")


def _seeds(copies: int = COPIES) -> list[int]:
    return list(range(SEED, SEED + copies))


def spaces_are_batched_and_stay_the_same_objects(maker: Maker) -> None:
    """The spaces are the single ones batched, and the same objects at every look."""
    env = maker.native(AutoresetMode.NEXT_STEP)
    for kind in ("observation", "action"):
        single, batched = getattr(env, f"single_{kind}_space"), getattr(env, f"{kind}_space")
        assert batched == batch_space(single, COPIES), f"{batched} does not batch {single}"
        assert getattr(env, f"{kind}_space") is batched, f"{kind}_space is built at every look"
        assert getattr(env, f"single_{kind}_space") is single, f"single_{kind}_space likewise"


def the_mode_is_declared(maker: Maker) -> None:
    """The autoreset mode stands in the metadata and in an attribute, for this instance alone."""
    envs = {mode: maker.native(mode) for mode in AutoresetMode}
    for mode, env in envs.items():
        assert env.metadata["autoreset_mode"] is mode, f"metadata says {env.metadata}"
        assert getattr(env, "autoreset_mode", None) is mode, "no attribute says the mode"


def what_is_shown_fits(maker: Maker) -> None:
    """Observations lie in their space; rewards are float64, flags bool, one for each slot."""
    env = maker.native(AutoresetMode.NEXT_STEP)
    choose = Chooser(env.single_action_space, _seeds())
    obs, _ = env.reset(seed=SEED)
    assert obs in env.observation_space, f"{obs} is not in {env.observation_space}"
    for _ in range(3):
        actions = choose()
        space = env.single_action_space
        obs, reward, terminated, truncated, _ = env.step(
            concatenate(space, actions, create_empty_array(space, COPIES))
        )
        assert obs in env.observation_space, f"{obs} is not in {env.observation_space}"
        kinds = ((reward, np.float64), (terminated, np.bool_), (truncated, np.bool_))
        for array, dtype in kinds:
            assert array.dtype == dtype and array.shape == (COPIES,), f"{array!r} is no {dtype}"


def what_was_shown_is_never_used_again(maker: Maker) -> None:
    """Every array is writable and shares no memory with those of earlier calls."""
    env = maker.native(AutoresetMode.SAME_STEP)
    seen = play(env, AutoresetMode.SAME_STEP, _seeds())
    kept: list[np.ndarray] = []
    for shown in seen:
        leaves = jax.tree.leaves((shown.obs, shown.reward, shown.terminated, shown.info))
        arrays = [leaf for leaf in leaves if isinstance(leaf, np.ndarray)]
        for array in arrays:
            assert array.flags.writeable, f"{array!r} may not be written to"
            assert not any(np.shares_memory(array, old) for old in kept), f"{array!r} is used again"
        kept = arrays


def _equals_sync(maker: Maker, mode: AutoresetMode) -> None:
    native, sync = maker.native(mode), maker.sync(mode)
    ours, theirs = play(native, mode, _seeds()), play(sync, mode, _seeds())
    slots = [(slot, slot) for slot in range(COPIES)]
    assert len(ours) == len(theirs), "the episodes end at other times"
    ends = 0
    for step, (own, other) in enumerate(zip(ours, theirs, strict=True)):
        where = f"call {step}"
        _alike_slots(own, other, slots, where)
        ended = own.terminated | own.truncated
        ends += int(ended.sum())
        if mode != AutoresetMode.SAME_STEP or not ended.any():
            continue
        np.testing.assert_array_equal(own.info["_final_obs"], ended, err_msg=where)
        np.testing.assert_array_equal(own.info["_final_info"], ended, err_msg=where)
        final = rows(native.single_observation_space, own.info["final_obs"])
        for slot in np.flatnonzero(ended):
            other_final = other.info["final_obs"][slot]
            _alike(final[slot], other_final, f"{where}, slot {slot}, final observation")
    assert ends >= COPIES, f"only {ends} ends in {STEPS} steps: nothing was compared"


def next_step_equals_gymnasium(maker: Maker) -> None:
    """Next-step autoreset shows what Gymnasium's own vectorisation of single copies shows."""
    _equals_sync(maker, AutoresetMode.NEXT_STEP)


def same_step_equals_gymnasium(maker: Maker) -> None:
    """Same-step autoreset shows it too, with the same final observations."""
    _equals_sync(maker, AutoresetMode.SAME_STEP)


def disabled_equals_gymnasium(maker: Maker) -> None:
    """Disabled autoreset with masked resets shows it too."""
    _equals_sync(maker, AutoresetMode.DISABLED)


def one_seed_is_one_play(maker: Maker) -> None:
    """The same seed shows the same again, in a new environment and in the same one."""
    env, other = maker.native(AutoresetMode.NEXT_STEP), maker.native(AutoresetMode.NEXT_STEP)
    slots = [(slot, slot) for slot in range(COPIES)]
    plays = [play(each, AutoresetMode.NEXT_STEP, _seeds()) for each in (env, other, env)]
    for again in plays[1:]:
        for step, (a, b) in enumerate(zip(plays[0], again, strict=True)):
            _alike_slots(a, b, slots, f"call {step}")
    one, _ = env.reset(seed=SEED)
    many, _ = other.reset(seed=_seeds())  # pyright: ignore[reportArgumentType] - see `play`
    space = env.single_observation_space
    for slot, (a, b) in enumerate(zip(rows(space, one), rows(space, many), strict=True)):
        _alike(a, b, f"slot {slot} seeded with seed + {slot}")


def slots_do_not_know_each_other(maker: Maker) -> None:
    """A slot plays the same in another place and beside another number of slots."""
    mode = AutoresetMode.NEXT_STEP
    seeds = _seeds()
    straight = play(maker.native(mode), mode, seeds)
    reverse = play(maker.native(mode), mode, seeds[::-1])
    fewer = play(maker.native(mode, COPIES - 1), mode, seeds[:-1])
    places = [(slot, COPIES - 1 - slot) for slot in range(COPIES)]
    same = [(slot, slot) for slot in range(COPIES - 1)]
    for step, (a, b, c) in enumerate(zip(straight, reverse, fewer, strict=True)):
        _alike_slots(a, b, places, f"call {step}, slots in reverse")
        _alike_slots(a, c, same, f"call {step}, beside fewer")


def a_masked_reset_is_only_that(maker: Maker) -> None:
    """A masked reset leaves the other slots as they were, to the bit, and the options alone."""
    env, other = maker.native(AutoresetMode.DISABLED), maker.native(AutoresetMode.DISABLED)
    for each in (env, other):
        each.reset(seed=SEED)
    choose = Chooser(env.single_action_space, _seeds())
    actions = choose()
    before, _ = stepped(env, actions), stepped(other, actions)
    mask = np.arange(COPIES) == 0
    options = {"reset_mask": mask, "something": "else"}
    after = begun(env, env.reset(options=options))
    assert options.keys() == {"reset_mask", "something"}, f"options became {options}"
    assert options["reset_mask"] is mask and mask.tolist() == [True] + [False] * (COPIES - 1)
    for name in [name for name in after.info if not name.startswith("_")]:
        np.testing.assert_array_equal(after.info[f"_{name}"], mask, err_msg=f"_{name}")
    for slot in range(1, COPIES):
        for a, b in zip(
            jax.tree.leaves(before.obs[slot]), jax.tree.leaves(after.obs[slot]), strict=True
        ):
            np.testing.assert_array_equal(a, b, err_msg=f"slot {slot}")
    ended = before.terminated | before.truncated
    rest = ended & ~mask
    if rest.any():
        restarted(env, rest)
    if ended.any():
        restarted(other, ended)
    following = choose()
    untouched = [(slot, slot) for slot in range(1, COPIES)]
    _alike_slots(stepped(env, following), stepped(other, following), untouched, "the next step")


def figures_have_masks(maker: Maker) -> None:
    """Every figure of `info` has an entry for each slot, beside a mask of the same length."""
    env = maker.native(AutoresetMode.SAME_STEP)
    for shown in play(env, AutoresetMode.SAME_STEP, _seeds()):
        _check_masks(shown.info)


def _check_masks(info: dict[str, Any]) -> None:
    for name, value in info.items():
        if name.startswith("_"):
            assert value.dtype == np.bool_ and value.shape == (COPIES,), f"{name} is {value!r}"
            assert name[1:] in info, f"{name} is the mask of nothing"
            continue
        assert f"_{name}" in info, f"{name} has no mask"
        if name == "final_info":
            _check_masks(value)
        elif name != "final_obs" and not isinstance(value, dict):
            assert len(value) == COPIES, f"{name} is {value!r}"


PROMISES = (
    spaces_are_batched_and_stay_the_same_objects,
    the_mode_is_declared,
    what_is_shown_fits,
    what_was_shown_is_never_used_again,
    next_step_equals_gymnasium,
    same_step_equals_gymnasium,
    disabled_equals_gymnasium,
    one_seed_is_one_play,
    slots_do_not_know_each_other,
    a_masked_reset_is_only_that,
    figures_have_masks,
)

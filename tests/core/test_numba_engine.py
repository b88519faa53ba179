"""The numba engine: whose its arrays are, its threads and processes, its cache, its files."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import gymnasium as gym
import jax
import numpy as np
import pytest

import envsuite
from envsuite.engines.shares import in_shares
from envsuite.testing.host_play import host_actions

ID = "envsuite/SMAX-3m"
make_engine: Any = envsuite.make_engine


def actions(copies, step):
    """Some choices, legal or not."""
    rng = np.random.default_rng(step)
    return {"ally": rng.integers(0, 8, (copies, 3))}


def play(copies, steps, **options):
    engine = make_engine(ID, copies, "numba", **options)
    shown = engine.reset(0)
    for step in range(steps):
        shown = engine.step(actions(copies, step))
    return engine, shown


def assert_equal(a, b):
    for left, right in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_array_equal(left, right)


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("mode", ["same-step", "next-step", "disabled"])
def test_what_is_held_is_never_written_to(mode):
    engine = make_engine(ID, 5, "numba", autoreset=mode)
    held = [engine.reset(0)]
    copies = [jax.tree.map(np.array, held[0])]
    for step in range(12):
        if mode == "disabled" and (over := held[-1].info.get("over", np.zeros(5, bool))).any():
            engine.reset(mask=over)
        held.append(engine.step(actions(5, step)))
        copies.append(jax.tree.map(np.array, held[-1]))
    for shown, copy in zip(held, copies, strict=True):
        assert_equal(shown, copy)


def test_a_view_holds_its_array():
    engine = make_engine(ID, 3, "numba")
    engine.reset(0)
    rows = [engine.step(actions(3, step)).obs["ally"][1, 2] for step in range(9)]
    again, _ = play(3, 0)
    for step, row in enumerate(rows):
        np.testing.assert_array_equal(row, again.step(actions(3, step)).obs["ally"][1, 2])


def test_what_nobody_holds_is_used_again():
    engine = make_engine(ID, 3, "numba")
    engine.reset(0)
    places = {engine.step(actions(3, step)).obs["ally"].ctypes.data for step in range(40)}
    assert len(places) <= 3


def test_actions_of_any_memory_and_integer_type_are_read_alike():
    given = actions(6, 0)["ally"]
    forms = [
        given.astype(np.int32),
        given.astype(np.uint8),
        np.asfortranarray(given),
        np.repeat(given, 2, axis=1)[:, ::2],
        given.tolist(),
    ]
    for form in forms:
        (one, _), (other, _) = play(6, 3), play(6, 3)
        assert_equal(one.step({"ally": form}), other.step({"ally": given}))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (np.zeros((6, 3)), "integers"),
        (np.full((6, 3), 2**40), "takes 0 to 7"),
        (np.full((6, 3), -1), "takes 0 to 7"),
        (np.zeros((3, 6), int), "due is"),
    ],
)
def test_actions_that_do_not_fit_are_refused(wrong, told):
    engine, _ = play(6, 1)
    with pytest.raises(ValueError, match=told):
        engine.step({"ally": wrong})


@pytest.mark.parametrize(("wrong", "told"), [(8, "takes 0 to 7"), (-1, "takes 0 to 7")])
def test_a_lone_copy_refuses_them_too_and_plays_on(wrong, told):
    env, other = gym.make(ID, backend="numba"), gym.make(ID, backend="numba")
    env.reset(seed=1)
    other.reset(seed=1)
    with pytest.raises(ValueError, match=told):
        env.unwrapped.step(np.array([0, wrong, 0]))
    with pytest.raises(ValueError, match="integers"):
        env.unwrapped.step(np.zeros(3))
    assert_equal(env.step(np.array([4, 4, 4])), other.step(np.array([4, 4, 4])))


def test_the_backend_is_chosen_and_told():
    assert make_engine(ID).backend == "numba"
    assert make_engine(ID, 64).backend == "numba"  # the tests run where there is no accelerator
    assert make_engine(ID, 64, devices=jax.devices()).backend == "jax"
    assert make_engine("envsuite/Primer-Pursuit", 64).backend == "jax"
    assert make_engine("envsuite/Primer-Guess").backend == "host"
    assert make_engine(ID, enemy="learner", view="team").backend == "jax"
    env: Any = gym.make(ID)
    assert env.unwrapped.backend == env.unwrapped.metadata["backend"] == "numba"
    copies: Any = gym.make_vec(ID, num_envs=2, array="jax")
    assert copies.backend == "jax"
    assert gym.make_vec(ID, num_envs=2).metadata["backend"] == "numba"


@pytest.mark.parametrize("copies", [1, 5])
def test_a_state_goes_through_a_file(tmp_path, copies):
    engine, _ = play(copies, 7)
    engine.save(tmp_path / "state.npz")
    due = [engine.step(actions(copies, step)) for step in range(7, 20)]
    other = make_engine(ID, copies, "numba")
    other.load(tmp_path / "state.npz")
    for step, shown in enumerate(due, 7):
        assert_equal(other.step(actions(copies, step)), shown)
    with pytest.raises(ValueError, match="num_envs"):
        make_engine(ID, copies + 1, "numba").load(tmp_path / "state.npz")


def test_a_state_put_back_twice_gives_the_same_twice():
    engine, _ = play(4, 5)
    state = engine.state
    first = [engine.step(actions(4, step)) for step in range(6)]
    engine.state = state
    for step, shown in enumerate(first):
        assert_equal(engine.step(actions(4, step)), shown)


def test_the_world_is_that_of_the_rules():
    ours, theirs = make_engine(ID, 4, "numba"), make_engine(ID, 4, "jax")
    shown = theirs.reset(2)
    ours.reset(2)
    for step in range(8):
        action = host_actions(theirs, shown, [step] * 4)
        shown = theirs.step(action)
        ours.step(action)
        np.testing.assert_allclose(ours.world(), theirs.world(), atol=1e-5)


def test_an_error_on_a_thread_is_raised_where_the_work_was_asked_for():
    def work(low, high):
        if low >= 512:
            raise ZeroDivisionError(f"{low} {high}")

    with pytest.raises(ZeroDivisionError):
        in_shares(work, 1024, 2)
    seen = np.zeros(1000, int)

    def count(low, high):
        seen[low:high] += 1

    in_shares(count, 1000, 3)
    assert (seen == 1).all()


@pytest.mark.parametrize("threads", ["0", "-1", "two", ""])
def test_a_number_of_threads_that_is_none_is_refused(monkeypatch, threads):
    monkeypatch.setenv("ENVSUITE_THREADS", threads)
    with pytest.raises(ValueError, match="ENVSUITE_THREADS must be a whole number from 1 up"):
        make_engine(ID, 2, "numba")


def test_engines_on_several_threads_of_python_do_not_disturb_each_other():
    seen: dict[int, Any] = {}

    def work(which):
        seen[which] = play(300, 10)[1]

    workers = [threading.Thread(target=work, args=(which,)) for which in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    due = play(300, 10)[1]
    for which in range(4):
        assert_equal(seen[which], due)


PLAY = """
import numpy as np, envsuite
def play():
    engine = envsuite.make_engine("envsuite/SMAX-3m", 300, "numba")
    engine.reset(0)
    for step in range(6):
        shown = engine.step({"ally": np.random.default_rng(step).integers(0, 8, (300, 3))})
    return float(shown.obs["ally"].sum())
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_child_processes_play_as_their_parent_does(tmp_path, method):
    script = tmp_path / "children.py"
    script.write_text(
        PLAY
        + "import multiprocessing, sys, warnings\n"
        + "if __name__ == '__main__':\n"
        + "    warnings.simplefilter('ignore')\n"  # JAX warns of every fork
        + "    due = play()\n"
        + "    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:\n"
        + "        found = [pool.apply_async(play) for _ in range(2)]\n"
        + "        assert all(one.get(timeout=120) == due for one in found)\n"
        + "    print('alike')\n"
    )
    command = [sys.executable, script, method]
    environment = {**os.environ, "ENVSUITE_THREADS": "2"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "alike", done.stderr


def test_importing_compiles_nothing():
    code = "from envsuite_smax.compiled.play import advance, begin\n"
    done = run(code + "print(advance.signatures, begin.signatures)", ENVSUITE_CACHE="off")
    assert done.stdout.strip() == "[] []", done.stderr


def test_a_cache_that_cannot_be_written_is_one_warning():
    code = "import warnings; warnings.simplefilter('always')\n"
    code += "from envsuite.compiled import threefry, book\n"
    code += "import numpy as np\nprint(threefry.uniform(np.uint32(0), np.uint32(0), 0))"
    done = run(code, ENVSUITE_CACHE="/proc/nowhere")  # refused whoever asks
    assert done.stdout.strip(), done.stderr
    assert done.stderr.count("RuntimeWarning") == 1, done.stderr
    assert "ENVSUITE_CACHE" in done.stderr


def test_a_kernel_is_compiled_anew_when_what_it_calls_has_changed(tmp_path):
    """Numba's own cache would serve the old one: it looks at the caller's file alone."""
    package, cache = tmp_path / "game", tmp_path / "cache"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "caller.py").write_text(
        "from envsuite.compiled.cache import kernel\nfrom game.callee import twice\n\n"
        "@kernel()\ndef answer(x):\n    return twice(x)\n"
    )
    callee = (
        "from envsuite.compiled.cache import kernel\n\n@kernel()\ndef twice(x):\n    return x * "
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    code += (
        "from game.caller import answer\nprint(answer(5), sum(answer.stats.cache_hits.values()))"
    )
    for factor, due in ((2, "10 0"), (2, "10 1"), (3, "15 0")):
        (package / "callee.py").write_text(f"{callee}{factor}\n")
        done = run(code, ENVSUITE_CACHE=str(cache))
        assert done.stdout.strip() == due, done.stderr
    assert len(list(Path(cache, "numba").iterdir())) >= 2

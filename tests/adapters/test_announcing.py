"""Ids are known to Gymnasium and PettingZoo, and knowing them costs nothing."""

import subprocess
import sys
from typing import Any

BANDIT = "envsuite/Primer-Bandit"


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_id_needs_no_import() -> None:
    code = f"import gymnasium as gym; e = gym.make('envsuite:{BANDIT}'); print(e.spec.id)"
    assert python(code) == BANDIT


def test_importing_wakes_nothing_heavy() -> None:
    loaded = python(
        "import envsuite, sys, gymnasium, pettingzoo; "
        "assert 'envsuite/SMAX-3m' in gymnasium.registry; "
        "print([m for m in ('jax', 'torch', 'numba', 'pygame') if m in sys.modules])"
    )
    assert loaded == "[]"


def test_importing_is_within_its_budget() -> None:
    # processor time of the best of three, so that a busy machine does not fail it
    code = "import time; import gymnasium; t = time.process_time(); import envsuite; "
    code += "print(time.process_time() - t)"
    assert min(float(python(code)) for _ in range(3)) < 0.4


def test_announcing_again_is_silent() -> None:
    code = (
        "import warnings; warnings.simplefilter('error'); import envsuite, gymnasium, pettingzoo; "
        "from envsuite_gymnasium.register import register as one; "
        "from envsuite_pettingzoo.register import register as two; "
        "specs = list(envsuite.registry().environments.values()); before = len(gymnasium.registry);"
        "[f(specs) for f in (one, two, one, two)]; envsuite.registry().announce(); "
        "print(len(gymnasium.registry) - before)"
    )
    assert python(code) == "0"


def test_ids_that_come_later_are_announced_too(tmp_path: Any) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "namespace: acme\nenvironments:\n  Arms:\n    target: envsuite_primer.bandit:Bandit\n"
        "    summary: Two arms.\n    config: {arms: 2}\n"
    )
    code = (
        f"import envsuite; envsuite.add_registry_file({str(file)!r}); import gymnasium, pettingzoo;"
        "print(gymnasium.make('acme/Arms').action_space, 'acme/Arms' in pettingzoo.aec_registry)"
    )
    assert python(code) == "Discrete(2) True"


def test_workers_that_import_everything_anew_know_the_ids() -> None:
    code = (
        "import gymnasium as gym\n"
        "if __name__ == '__main__':\n"
        f"    env = gym.make_vec('envsuite:{BANDIT}', 2, 'async', "
        "vector_kwargs={'context': 'forkserver'})\n"
        "    obs, _ = env.reset(seed=0)\n"
        "    print(obs.shape)\n"
        "    env.close()\n"
    )
    assert python(code) == "(2, 3)"

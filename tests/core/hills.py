"""A tiny problem for an evolution strategy, and a search of it in a process of its own.

Run as a script: `python hills.py FOLDER DEVICES [PROCESS PROCESSES PORT]`.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, eq=False)
class Hills:
    """Find the point (1, -1, 1): variant 0 scores the distance, variant 1 a noisy one.

    Candidates whose first number is below `abyss` have no score.
    """

    abyss: float = -1e9
    variants: int = 2

    def start(self, key: Any) -> Any:
        """The origin."""
        import jax.numpy as jnp

        return {"place": jnp.zeros(3)}

    def score(self, key: Any, candidate: Any, variant: int, generation: Any) -> Any:
        """Walk towards the candidate, and say how far the goal is from there."""
        import jax
        import jax.numpy as jnp

        def walk(_: Any, place: Any) -> Any:  # a loop, as training is one
            return place + 0.1 * jnp.tanh(candidate["place"] - place)

        reached = jax.lax.fori_loop(0, 50, walk, jnp.zeros(3))
        distance = ((reached - jnp.array([1.0, -1.0, 1.0])) ** 2).sum()
        noise = 0.1 * variant * jax.random.normal(key)
        return jnp.where(candidate["place"][0] < self.abyss, jnp.nan, noise - distance)

    def judge(self, key: Any, candidate: Any, variant: int) -> Any:
        """The same."""
        return self.score(key, candidate, variant, 0)


def main() -> None:
    """Search, in one process or as one of several."""
    folder, devices, *processes = sys.argv[1:]
    from envsuite.evolution.devices import use_cores

    use_cores(int(devices))
    if processes:
        import jax

        rank, count, port = map(int, processes)
        jax.distributed.initialize(f"localhost:{port}", count, rank)
    import jax

    from envsuite.evolution.search import Search

    assert len(jax.devices()) == int(devices) * (int(processes[1]) if processes else 1)
    search = Search(population=24, generations=12, deviation=0.3, judge_every=3, trials=4, batch=4)
    about = {"id": "test/Hills", "version": 0}
    search.run(Hills(), about=about, seed=5, folder=Path(folder), progress=False)


if __name__ == "__main__":
    os.environ["JAX_PLATFORMS"] = "cpu"
    main()

"""The evolution strategies, from evosax."""

from __future__ import annotations

from typing import Any, Literal

StrategyName = Literal["snes", "open-es"]


def make_strategy(
    name: StrategyName, population: int, solution: Any, deviation: float, learning_rate: float
) -> tuple[Any, Any]:
    """A strategy of evosax and its params; it minimises.

    Args:
        name: `"snes"`: separable natural evolution (Schaul, Glasmachers and Schmidhuber 2011),
            which learns a deviation for each number and whose mean moves by recombination alone.
            `"open-es"`: Salimans et al. 2017, mirrored noise of a constant deviation and Adam.
            Both shape scores by rank, so their scale does not matter.
        population: How many candidates a generation has.
        solution: A candidate, for its structure.
        deviation: Of the first generation, in every number.
        learning_rate: Of Adam; `"snes"` has none.

    Raises:
        ModuleNotFoundError: If evosax is not installed; it names the extra.
        ValueError: For an unknown name, or an odd population with `"open-es"`.
    """
    try:
        import optax
        from evosax.algorithms import SNES, Open_ES
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"evolution needs {error.name}: install envsuite[learners]"
        ) from error
    if name == "snes":
        strategy = SNES(population_size=population, solution=solution)
        return strategy, strategy.default_params.replace(std_init=deviation)
    if name == "open-es":
        if population % 2:
            raise ValueError(f"open-es mirrors its noise: population {population} must be even")
        strategy = Open_ES(
            population_size=population,
            solution=solution,
            optimizer=optax.adam(learning_rate),
            std_schedule=lambda _: deviation,
        )
        return strategy, strategy.default_params
    raise ValueError(f"no strategy {name!r}: the strategies are 'snes' and 'open-es'")

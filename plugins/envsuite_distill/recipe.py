"""How an agent is made of a set: the network, and how it is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from envsuite.core.errors import nearest

Activation = Literal["tanh", "relu", "gelu"]
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)


@dataclass(frozen=True)
class Recipe:
    """A network and its training; every step looks at the whole set (Adam, Kingma and Ba 2015).

    Weights are drawn orthogonal, with gain sqrt(2) in hidden layers and 0.01 in the last one;
    biases, and the logarithm of the deviation of continuous actions, begin at 0.

    Attributes:
        layers: Widths of the hidden layers.
        activation: `"tanh"`, `"relu"` or `"gelu"` (the exact one).
        learning_rate: Of Adam.
        epsilon: Of Adam, outside the root.
        gradient_norm: Gradients longer than this are shortened to it.
        steps: How many there are.

    Raises:
        ValueError: On construction, for what trains nothing.
    """

    layers: tuple[int, ...] = (64, 64)
    activation: Activation = "tanh"
    learning_rate: float = 5e-3
    epsilon: float = 1e-5
    gradient_norm: float = 0.5
    steps: int = 200

    def __post_init__(self) -> None:
        """Refuse what trains nothing; accept a list of layers."""
        object.__setattr__(self, "layers", tuple(self.layers))
        check_layers("layers", self.layers)
        check_activation(self.activation)
        for name in ("learning_rate", "epsilon", "gradient_norm", "steps"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not value > 0:
                raise ValueError(f"{name} must be above 0, not {value!r}")

    def as_json(self) -> dict[str, Any]:
        """The recipe as it stands in a file."""
        return {**asdict(self), "layers": list(self.layers)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Recipe:
        """A recipe as it stood in a file.

        Raises:
            ValueError: If it is none.
        """
        try:
            return cls(**kept)
        except TypeError as error:
            raise ValueError(f"no recipe: {error}") from error


def check_layers(name: str, layers: tuple[int, ...]) -> None:
    """Raise `ValueError` unless there is a hidden layer and each has a width."""
    if not layers or not all(isinstance(width, int) and width >= 1 for width in layers):
        raise ValueError(f"{name} must be widths of 1 and more, not {layers!r}")


def check_activation(name: str) -> None:
    """Raise `ValueError` for an unknown activation, naming the nearest."""
    if name not in ACTIVATIONS:
        match = nearest(str(name), ACTIVATIONS)
        suggestion = f"did you mean {match!r}? " if match else ""
        raise ValueError(f"no activation {name!r}: {suggestion}there are {', '.join(ACTIVATIONS)}")

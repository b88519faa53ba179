"""A picture of a state, by the function that the registry names."""

from __future__ import annotations

from typing import Any

import numpy as np

from envsuite.core.spec import EnvSpec


def draw(spec: EnvSpec, env: Any, state: Any, params: Any) -> np.ndarray:
    """Draw one state of a game, `uint8[height, width, 3]`.

    Raises:
        TypeError: If the registry names no drawing for this id.
        ModuleNotFoundError: If the drawing library is not installed.
    """
    from envsuite.registry import resolve

    if spec.render is None:
        raise TypeError(
            f"{spec.id} cannot be drawn: name a function in the `render` field of its spec"
        )
    try:
        frame = resolve(spec.render)
        return frame(env, state, params)
    except ModuleNotFoundError as error:
        if error.name != "PIL":
            raise
        raise ModuleNotFoundError(
            'drawing needs Pillow: pip install "envsuite[render]"', name="PIL"
        ) from error

"""What can be drawn, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envsuite.core.errors import nearest
from envsuite.core.spec import EnvSpec

FPS = 10  # slow enough to follow games whose steps are decisions, not physics


def check_render_mode(
    spec: EnvSpec, metadata: Mapping[str, Any], render_mode: str | None
) -> dict[str, Any]:
    """The metadata of an environment of its own, with the modes in which it can be drawn.

    Raises:
        ValueError: For an unknown mode; it names the nearest one.
        TypeError: For a game that cannot be drawn; learners that ask for pictures of everything
            take this kind of error for an answer.
    """
    modes = list(metadata["render_modes"]) if spec.render else []
    if render_mode is not None and render_mode not in modes:
        if not modes:
            raise TypeError(
                f"{spec.id} cannot be drawn: leave render_mode out, or name a function in the "
                "`render` field of its spec"
            )
        near = nearest(str(render_mode), modes)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"no render mode {render_mode!r}{hint} The modes are {modes}")
    return {**metadata, "render_modes": modes}

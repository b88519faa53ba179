"""Targets, `"module:attribute"`: from the text to the thing."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from envsuite.core.errors import TargetError, nearest

NAME = r"[A-Za-z_]\w*"
TARGET = re.compile(rf"{NAME}(\.{NAME})*:{NAME}(\.{NAME})*")

# Which extra of envsuite brings a package that a plain install lacks.
EXTRAS: Mapping[str, str] = MappingProxyType(
    {
        "stable_baselines3": "sb3",
        "sb3_contrib": "sb3",
        "torch": "sb3",
        "optax": "learners",
        "PIL": "render",
        "imageio": "render",
        "imageio_ffmpeg": "render",
        "moviepy": "render",
        "matplotlib": "render",
        "typer": "cli",
        "rich": "cli",
    }
)


def check_target(target: str) -> None:
    """Raise `ValueError` unless `target` reads `module:attribute`."""
    if TARGET.fullmatch(target):
        return
    dotted = re.fullmatch(rf"({NAME}(?:\.{NAME})*)\.({NAME})", target)
    suggestion = f", such as {dotted[1]}:{dotted[2]}" if dotted else ""
    raise ValueError(f"{target!r} is not a target: write module:attribute{suggestion}")


def resolve(target: str, *, needed_by: str = "") -> Any:
    """Import what a target names.

    Args:
        target: `"module:attribute"`.
        needed_by: Who asks, for the error: an id, or a kind and a name.

    Raises:
        TargetError: The module cannot be imported or lacks the attribute. Its `extra` says
            which extra of envsuite brings what is missing, where that is known.
        ValueError: `target` is not of that form.
    """
    check_target(target)
    module_name, _, attribute = target.partition(":")
    asker = f"{needed_by} needs {target}" if needed_by else target
    try:
        found = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise _missing_module(asker, module_name, error) from error
    except Exception as error:
        raise TargetError(
            f"{asker}, but importing {module_name} failed: {type(error).__name__}: {error}"
        ) from error
    for name in attribute.split("."):
        if not hasattr(found, name):
            match = nearest(name, [other for other in dir(found) if not other.startswith("_")])
            suggestion = f"; did you mean {match!r}?" if match else ""
            raise TargetError(f"{asker}, but {module_name} has no {name!r}{suggestion}")
        found = getattr(found, name)
    return found


def _missing_module(asker: str, module_name: str, error: ModuleNotFoundError) -> TargetError:
    missing = error.name or module_name
    extra = EXTRAS.get(missing.partition(".")[0])
    if extra:
        remedy = f'pip install "envsuite[{extra}]"'
    elif module_name == missing or module_name.startswith(missing + "."):
        remedy = "install the package that has it, or correct the target"
    else:
        remedy = f"install it ({module_name} imports it)"
    raised = TargetError(f"{asker}, but there is no module {missing!r}: {remedy}")
    raised.extra = extra
    return raised

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
        "evosax": "learners",
        "minari": "minari",
        "h5py": "minari",
        "brax": "brax",
        "mujoco": "brax",
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
    cannot = f"cannot import {target}" + (f", which {needed_by} needs" if needed_by else "")
    try:
        found = importlib.import_module(module_name)
        for name in attribute.split("."):
            if not hasattr(found, name):  # may import too: a package can serve names lazily
                raise TargetError(f"{cannot}: {_missing_attribute(found, name)}")
            found = getattr(found, name)
    except TargetError:
        raise
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        extra = EXTRAS.get(missing.partition(".")[0])
        remedy = _remedy(module_name, missing, extra)
        raised = TargetError(f"{cannot}: there is no module {missing!r}; {remedy}")
        raised.extra = extra
        raise raised from error
    except Exception as error:
        raise TargetError(f"{cannot}: {type(error).__name__}: {error}") from error
    return found


def _missing_attribute(found: Any, name: str) -> str:
    match = nearest(name, [other for other in dir(found) if not other.startswith("_")])
    suggestion = f"; did you mean {match!r}?" if match else ""
    return f"{found.__name__} has no {name!r}{suggestion}"


def _remedy(module_name: str, missing: str, extra: str | None) -> str:
    if extra:
        return f'pip install "envsuite[{extra}]"'
    if f"{module_name}.".startswith(f"{missing}."):
        return "install the package that has it, or correct the target"
    return f"{module_name} imports it: install it"

"""Whether a folder holds the run that is asked for: what makes going on from it safe."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

WHO = ("id", "version", "steps", "seed", "options")


def as_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """As it will be read back from a file; what JSON does not know is named by its `repr`."""
    return json.loads(json.dumps(value, default=repr))


def finished(
    path: Path, run: Mapping[str, Any], *, free: Collection[str] = ()
) -> Mapping[str, Any] | None:
    """The record of this very run, if it is finished.

    Args:
        path: Where the record is written when a run is finished.
        run: What is asked for, as `as_json` gives it: `id`, `version`, `steps`, `seed`, `options`
            (those it has) and `config`.
        free: Names in `config` that may differ, because they change nothing that is learned.

    Raises:
        ValueError: If the record is damaged, or is of another run; it names what differs.
    """
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(
            f"{path} is damaged ({error}): delete it, and the run is judged anew"
        ) from error
    check_same(record, run, path, free=free)
    return record


def check_same(
    kept: Mapping[str, Any], run: Mapping[str, Any], path: Path, *, free: Collection[str] = ()
) -> None:
    """Raise `ValueError` if what `path` keeps is of another run, naming what differs."""
    for name in WHO:
        if kept.get(name) != run.get(name):
            raise _other_run(path, name, kept.get(name), run.get(name))
    for name, value in run["config"].items():
        held = kept.get("config", {}).get(name)
        if name not in free and held != value:
            raise _other_run(path, name, held, value)


def _other_run(path: Path, name: str, held: Any, asked: Any) -> ValueError:
    return ValueError(
        f"{path} is of a run with {name} {held!r}, not {asked!r}: train into another folder"
    )

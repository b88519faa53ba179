"""Writes a complete third-party package for a name."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from string import Template

from envsuite.plugin_loader import GROUP

NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


def new_plugin(name: str, *, path: Path = Path(".")) -> Path:
    """Write the folder `path/name`: a package that installs and passes its own tests.

    Args:
        name: Lower-case letters, digits, `-` and `_`; it becomes the namespace of the ids, and
            `envsuite_<name>` the import package.
        path: The folder in which the folder is made.

    Returns:
        The folder.

    Raises:
        ValueError: The name is malformed or taken; a free one is suggested.
        FileExistsError: There is something in the way.
    """
    package = _package(name)
    folder = path / name
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(
            f"{folder} exists and is not an empty folder: choose another name or --path"
        )
    words = {"name": name, "package": package}
    for target, template in _templates(
        files("envsuite") / "scaffold" / "template", PurePosixPath()
    ):
        file = folder / Template(str(target)).substitute(words)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(template).substitute(words), encoding="utf-8")
    return folder


def _package(name: str) -> str:
    if not NAME.fullmatch(name):
        words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
        suggestion = f", such as {words!r}" if NAME.fullmatch(words) else ""
        raise ValueError(
            f"{name!r} cannot name a plugin: begin with a lower-case letter and go on in letters, "
            f"digits and single '-' or '_'{suggestion}"
        )
    package = f"envsuite_{name.replace('-', '_')}"
    taken = {"envsuite", *metadata.entry_points(group=GROUP).names}
    if name in taken or importlib.util.find_spec(package) is not None:
        raise ValueError(
            f"{name!r} is taken: there is a plugin of this name, or a package {package}; "
            f"choose another, such as 'my-{name}'"
        )
    return package


def _templates(folder: Traversable, under: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    """The files to write and their templates, which end in `.template` so that no tool reads them.

    Names may have placeholders too; `_package_` stands for the import package, since a `$` in
    the name of a folder upsets shells and archives.
    """
    for child in folder.iterdir():
        name = child.name.replace("_package_", "$package")
        if child.is_dir():
            yield from _templates(child, under / name)
        elif child.name.endswith(".template"):
            yield under / name.removesuffix(".template"), child.read_text(encoding="utf-8")

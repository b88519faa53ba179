"""A place in a YAML file: reads one value of a stated kind, or says where and why it cannot.

YAML guesses types: an unquoted `no` is a boolean, `2024-01-01` a date, `12:30` the number 750 and
a key stated twice silently the last one. Each of these is an error here, with the line it is on.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import yaml

from envsuite.core.errors import RegistryError, nearest

# libyaml's reader is about ten times faster, and reading is part of `import envsuite`.
LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

TAG = "tag:yaml.org,2002:"
KINDS = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "a boolean",
    "timestamp": "a date",
    "null": "empty",
    "map": "a mapping",
    "seq": "a list",
}
# Deeper than anything a person writes; an alias that contains itself gets here.
MAX_DEPTH = 40


def looks_like_a_number(text: str) -> bool:
    """Whether Python would read `text` as a number, though YAML 1.1 may not: `1e-3`."""
    try:
        float(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class YamlEntry:
    """A value in a YAML file, with the file and the keys that lead to it."""

    file: str
    path: tuple[str, ...]
    node: yaml.Node

    def error(self, problem: str) -> RegistryError:
        """The error that `problem` is at this place: file, line, keys, problem."""
        keys = ".".join(self.path) or "the top level"
        return RegistryError(f"{self.file}, line {self.line}: {keys}: {problem}")

    @property
    def line(self) -> int:
        """The line it begins on, from 1."""
        return self.node.start_mark.line + 1

    @property
    def _tag(self) -> str:
        return self.node.tag.removeprefix(TAG)

    def _expected(self, kind: str) -> RegistryError:
        found = KINDS.get(self._tag, f"tagged {self.node.tag}")
        return self.error(f"must be {kind}, but is {found}")

    def is_empty(self) -> bool:
        """Whether nothing stands here."""
        return self._tag == "null"

    def entries(self, allowed: Collection[str] | None = None) -> dict[str, YamlEntry]:
        """The entries of a mapping by key; `allowed` are the keys there may be."""
        if not isinstance(self.node, yaml.MappingNode) or self._tag != "map":
            raise self._expected("a mapping")
        if len(self.path) > MAX_DEPTH:
            raise self.error("is nested too deeply: does an alias contain itself?")
        found: dict[str, YamlEntry] = {}
        for key_node, value_node in self.node.value:
            shown = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            key = YamlEntry(self.file, (*self.path, shown), key_node)
            if key_node.tag == TAG + "merge":
                raise key.error("merge keys are not supported: write the fields out")
            name = key.text()
            if name in found:
                raise key.error(f"is stated twice, first in line {found[name].line}")
            if allowed is not None and name not in allowed:
                match = nearest(name, allowed)
                suggestion = f"did you mean {match!r}? " if match else ""
                known = ", ".join(sorted(allowed))
                raise key.error(f"is not a known key: {suggestion}Known are {known}")
            found[name] = YamlEntry(self.file, (*self.path, name), value_node)
        return found

    def text(self) -> str:
        """Text, quoted where YAML would take it for something else."""
        if not isinstance(self.node, yaml.ScalarNode) or self._tag == "null":
            raise self._expected("text")
        value = self.node.value
        if self._tag != "str":
            kind = KINDS.get(self._tag, f"tagged {self.node.tag}")
            raise self.error(f'{value} is {kind} in YAML: quote it, "{value}"')
        if not self.node.style and looks_like_a_number(value):
            raise self.error(f'{value} is a number to some readers: quote it, "{value}"')
        return value

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(entry.text() for entry in self._sequence())

    def words(self) -> dict[str, str]:
        """A mapping from text to text."""
        return {name: entry.text() for name, entry in self.entries().items()}

    def keywords(self) -> dict[str, Any]:
        """A mapping from the names of keyword arguments to any values; empty if empty."""
        if self.is_empty():
            return {}
        return {name: entry.value() for name, entry in self.keyword_entries().items()}

    def keyword_entries(self) -> dict[str, YamlEntry]:
        """The entries of `keywords`."""
        entries = {} if self.is_empty() else self.entries()
        for name, entry in entries.items():
            if not name.isidentifier():
                raise entry.error("is not a Python name, so it cannot be a keyword argument")
        return entries

    def whole_number(self, least: int) -> int:
        """A whole number of at least `least`."""
        value = self.value() if self._tag == "int" else None
        if not isinstance(value, int):
            raise self._expected("a whole number")
        if value < least:
            raise self.error(f"must be at least {least}, but is {value}")
        return value

    def value(self) -> Any:
        """Whatever stands here: text, number, boolean, nothing, a list or a mapping of these."""
        match self._tag:
            case "map":
                return {name: entry.value() for name, entry in self.entries().items()}
            case "seq":
                return [entry.value() for entry in self._sequence()]
            case "str" | "int" | "float" | "bool" | "null" | "timestamp":
                return self._scalar()
            case _:
                raise self.error(f"the tag {self.node.tag} is not supported")

    def _sequence(self) -> list[YamlEntry]:
        if not isinstance(self.node, yaml.SequenceNode) or self._tag != "seq":
            raise self._expected("a list")
        if len(self.path) > MAX_DEPTH:
            raise self.error("is nested too deeply: does an alias contain itself?")
        return [
            YamlEntry(self.file, (*self.path, str(index)), node)
            for index, node in enumerate(self.node.value)
        ]

    def _scalar(self) -> str | int | float | bool | None:
        if not isinstance(self.node, yaml.ScalarNode):  # an explicit tag: `!!int [1]`
            raise self._expected("a single value")
        text = self.node.value
        quoted = f'"{text}"'
        if self._tag == "timestamp":
            raise self.error(f"{text} is a date in YAML: quote it, {quoted}")
        if self._tag == "bool" and text.lower() not in ("true", "false"):
            raise self.error(f"{text} is a boolean in YAML: write true or false, or {quoted}")
        if self._tag in ("int", "float") and ":" in text:
            raise self.error(f"{text} is a number to base 60 in YAML: quote it, {quoted}")
        if self._tag == "int" and re.fullmatch(r"[-+]?0[0-7_]+", text):
            raise self.error(f"{text} is octal in YAML: drop the zero, or quote it, {quoted}")
        if self._tag == "str" and not self.node.style and looks_like_a_number(text):
            raise self.error(
                f"{text} is text to YAML 1.1: write a dot and a signed exponent, as in 1.0e-3, "
                f"for the number, or quote it, {quoted}"
            )
        try:
            return yaml.constructor.SafeConstructor().construct_object(self.node)
        except ValueError as error:  # an explicit tag over other text: `!!int many`
            raise self.error(f"cannot be read: {error}") from error


def read_yaml(text: str, file: str) -> YamlEntry:
    """The top level of a YAML document; `file` is its name in errors."""
    loader = LOADER(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise RegistryError(f"{file}{line}: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise RegistryError(f"{file}: {error}") from error
    finally:
        loader.dispose()
    if node is None:
        raise RegistryError(f"{file}: is empty")
    return YamlEntry(file, (), node)

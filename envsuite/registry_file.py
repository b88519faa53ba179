"""Reads a registry file, and offers what it lists as a plugin does.

```yaml
namespace: acme
environments:
  Chain:                              # a family: what its variants share
    target: envsuite_chain.env:Chain
    max_steps: 50
    variants:                           # what each differs in: acme/Chain-short, acme/Chain-long
      short: {length: 5}
      long: {length: 20}
agents:
  chain-greedy: {target: "envsuite_chain.greedy:Greedy"}
```
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from envsuite.core.errors import RegistryError
from envsuite.core.spec import AdapterSpec, EnvSpec, Spec, check_id
from envsuite.hooks import SECTIONS, hookimpl
from envsuite.targets import check_target
from envsuite.yaml_entry import YamlEntry, read_yaml

NAMESPACE = re.compile(r"[A-Za-z0-9_-]+")
# A plain word names everything but an environment: no slash, which would promise a namespace.
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def check_word(word: str) -> None:
    """Raise `ValueError` unless `word` can name an agent, an adapter or the like."""
    if not WORD.fullmatch(word):
        raise ValueError(f"{word!r} is not a name: write a word in letters, digits, '_', '-', '.'")


def _target(entry: YamlEntry) -> str:
    target = entry.text()
    try:
        check_target(target)
    except ValueError as error:
        raise entry.error(str(error)) from error
    return target


def _max_steps(entry: YamlEntry) -> int | None:
    return None if entry.is_empty() else entry.whole_number(least=1)


# How each field of a spec is read; `id` and `owner` are not stated but follow.
READERS: Mapping[str, Callable[[YamlEntry], Any]] = {
    "target": _target,
    "numba": _target,
    "render": _target,
    "picture": _target,
    "register": _target,
    "config": YamlEntry.keywords,
    "params": YamlEntry.keywords,
    "opponents": YamlEntry.words,
    "tags": YamlEntry.texts,
    "summary": YamlEntry.text,
    "source": YamlEntry.text,
    "team": YamlEntry.text,
    "max_steps": _max_steps,
    "version": lambda entry: entry.whole_number(least=0),
}


def _fields(entry: YamlEntry, spec_class: type[Spec], *, also: str = "") -> dict[str, Any]:
    stated = {field.name for field in fields(spec_class)} - {"id", "owner"}
    entries = entry.entries(stated | {also} if also else stated)
    if "target" not in entries:
        raise entry.error('has no target: add `target: "module:attribute"`')
    return {name: READERS[name](entries[name]) for name in entries if name != also}


def _check_kinds(config: Mapping[str, Any], variants: Mapping[str, YamlEntry]) -> None:
    """Refuse a key that is text in one variant and, for want of quotes, a number in another."""
    text_in = {key: "the family" for key, value in config.items() if isinstance(value, str)}
    numbers: dict[str, YamlEntry] = {}
    for name, variant in variants.items():
        for key, entry in variant.keyword_entries().items():
            value = entry.value()
            if isinstance(value, str):
                text_in.setdefault(key, name)
            elif isinstance(value, int | float):
                numbers.setdefault(key, entry)
    for key in text_in.keys() & numbers.keys():
        found = numbers[key].node.value
        raise numbers[key].error(
            f'{found} is no text, but in {text_in[key]} {key} is: quote it, "{found}"'
        )


def _environments(section: YamlEntry, namespace: str) -> Iterator[EnvSpec]:
    for family, entry in section.entries().items():
        shared = _fields(entry, EnvSpec, also="variants")
        config = shared.pop("config", {})
        stated = entry.entries().get("variants")
        if stated is None:
            yield EnvSpec(id=_env_id(entry, namespace, family), config=config, **shared)
            continue
        variants = stated.entries()
        if not variants:
            raise stated.error("has no variants: add one, or leave the key out")
        _check_kinds(config, variants)
        for name, variant in variants.items():
            id = _env_id(variant, namespace, f"{family}-{name}")
            yield EnvSpec(id=id, config={**config, **variant.keywords()}, **shared)


def _env_id(entry: YamlEntry, namespace: str, name: str) -> str:
    id = f"{namespace}/{name}"
    try:
        check_id(id)
    except ValueError as error:
        raise entry.error(str(error)) from error
    return id


def _words(section: YamlEntry, spec_class: type[Spec]) -> Iterator[Spec]:
    for name, entry in section.entries().items():
        try:
            check_word(name)
        except ValueError as error:
            raise entry.error(str(error)) from error
        yield spec_class(id=name, **_fields(entry, spec_class))


def read_registry_file(
    path: str | Path | Traversable, *, namespace: str | None = None
) -> Mapping[str, tuple[Spec, ...]]:
    """Read the specs in a registry file.

    Args:
        path: The file.
        namespace: The namespace of its environments, where the file itself states none.

    Returns:
        The specs by section (`"environments"`, `"agents"`, …); every section is there.

    Raises:
        RegistryError: The file cannot be read or breaks the grammar; the text names file, line
            and key, what is wrong and what to write instead.
    """
    file = Path(path) if isinstance(path, str) else path
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError(f"{file}: cannot be read as a registry file: {error}") from error
    sections = read_yaml(text, str(file)).entries({"namespace", *SECTIONS})
    if "namespace" in sections:
        namespace = sections["namespace"].text()
        if not NAMESPACE.fullmatch(namespace):
            raise sections["namespace"].error(
                f"{namespace!r} is not a namespace: write letters, digits, '_' and '-'"
            )
    specs: dict[str, tuple[Spec, ...]] = {}
    for name, spec_class in SECTIONS.items():
        if name not in sections:
            specs[name] = ()
        elif spec_class is not EnvSpec:
            specs[name] = tuple(_words(sections[name], spec_class))
        elif namespace is None:
            raise sections[name].error("add `namespace: yours` at the top: ids begin with it")
        else:
            specs[name] = tuple(_environments(sections[name], namespace))
    return specs


class FilePlugin:
    """A plugin whose specs are listed in a registry file; anyone may use it on their own.

    The file is read at once, so that one mistake in it is one error.
    """

    def __init__(self, path: str | Path | Traversable, *, namespace: str | None = None) -> None:
        """Read the file; arguments and errors are those of `read_registry_file`."""
        self.path = path
        self._specs = read_registry_file(path, namespace=namespace)

    @hookimpl
    def envsuite_environments(self) -> Iterable[EnvSpec]:
        """The section `environments`."""
        return cast(Iterable[EnvSpec], self._specs["environments"])

    @hookimpl
    def envsuite_agents(self) -> Iterable[Spec]:
        """The section `agents`."""
        return self._specs["agents"]

    @hookimpl
    def envsuite_evaluators(self) -> Iterable[Spec]:
        """The section `evaluators`."""
        return self._specs["evaluators"]

    @hookimpl
    def envsuite_curricula(self) -> Iterable[Spec]:
        """The section `curricula`."""
        return self._specs["curricula"]

    @hookimpl
    def envsuite_adapters(self) -> Iterable[AdapterSpec]:
        """The section `adapters`."""
        return cast(Iterable[AdapterSpec], self._specs["adapters"])

    @hookimpl
    def envsuite_backends(self) -> Iterable[Spec]:
        """The section `backends`."""
        return self._specs["backends"]

    @hookimpl
    def envsuite_commands(self) -> Iterable[Spec]:
        """The section `commands`."""
        return self._specs["commands"]

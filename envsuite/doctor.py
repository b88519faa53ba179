"""Finds what is wrong with the plugins: imports everything that they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from envsuite.core.errors import TargetError, nearest
from envsuite.core.spec import EnvSpec, Spec
from envsuite.hooks import SECTIONS
from envsuite.registry import Registry
from envsuite.targets import resolve

TARGETS = ("target", "numba", "render", "register")


@dataclass(frozen=True)
class Finding:
    """Something to know about a plugin.

    Attributes:
        plugin: Its name.
        level: `"problem"`, or `"note"`: an extra of envsuite that is not installed.
        where: What was looked at.
        text: What is the matter with it, and the remedy.
    """

    plugin: str
    level: Literal["problem", "note"]
    where: str
    text: str


def examine(registry: Registry) -> list[Finding]:
    """Go through all plugins and all that they bring, importing every target."""
    findings = [
        Finding(
            failure.plugin,
            "problem",
            failure.stage,
            f"{type(failure.error).__name__}: {failure.error}",
        )
        for failure in registry.failures
    ]
    tried: set[tuple[str, str]] = set()
    for section in SECTIONS:
        for spec in registry.section(section).values():
            for field in TARGETS:
                target = getattr(spec, field, None)
                # The variants of a family share their targets: one finding will do.
                if target is None or (spec.owner, target) in tried:
                    continue
                tried.add((spec.owner, target))
                findings += _import(spec, field, target)
            if isinstance(spec, EnvSpec):
                findings += _unknown_opponents(spec, registry)
    return findings


def _import(spec: Spec, field: str, target: str) -> Iterator[Finding]:
    try:
        resolve(target)
    except TargetError as error:
        # What our own optional parts need is an extra; a third party states what it needs.
        level = "note" if error.extra and spec.owner == "envsuite" else "problem"
        yield Finding(spec.owner, level, f"{field} of {spec.id}", str(error))


def _unknown_opponents(spec: EnvSpec, registry: Registry) -> Iterator[Finding]:
    for group, agent in spec.opponents.items():
        if agent not in registry.agents:
            match = nearest(agent, registry.agents)
            suggestion = f"; did you mean {match!r}?" if match else ""
            text = f"no agent is called {agent!r}{suggestion}"
            yield Finding(spec.owner, "problem", f"opponent {group} of {spec.id}", text)

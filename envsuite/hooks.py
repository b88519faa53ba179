"""The hooks of envsuite, one sentence each: what a plugin may bring.

A hook takes no arguments and returns specs, so nothing heavy is imported until something is
built. `docs/plugins.md` shows each at work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pluggy import HookimplMarker, HookspecMarker

from envsuite.core.spec import AdapterSpec, EnvSpec, Spec

hookspec = HookspecMarker("envsuite")
hookimpl = HookimplMarker("envsuite")

# The sections of a registry file, the attributes of the registry and, behind `envsuite_`, the
# hooks: one word for all three.
SECTIONS: Mapping[str, type[Spec]] = MappingProxyType(
    {
        "environments": EnvSpec,
        "agents": Spec,
        "evaluators": Spec,
        "curricula": Spec,
        "adapters": AdapterSpec,
        "backends": Spec,
        "commands": Spec,
    }
)


@hookspec
def envsuite_environments() -> Iterable[EnvSpec]:
    """Return the environments this plugin offers."""
    ...


@hookspec
def envsuite_agents() -> Iterable[Spec]:
    """Return the policies and trainers this plugin offers."""
    ...


@hookspec
def envsuite_evaluators() -> Iterable[Spec]:
    """Return the evaluators this plugin offers."""
    ...


@hookspec
def envsuite_curricula() -> Iterable[Spec]:
    """Return the curricula this plugin offers."""
    ...


@hookspec
def envsuite_adapters() -> Iterable[AdapterSpec]:
    """Return the foreign APIs this plugin speaks."""
    ...


@hookspec
def envsuite_backends() -> Iterable[Spec]:
    """Return the engines this plugin offers."""
    ...


@hookspec
def envsuite_commands() -> Iterable[Spec]:
    """Return the commands this plugin adds to the command line."""
    ...

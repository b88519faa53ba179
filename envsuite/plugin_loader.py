"""Loads plugins one by one, so that a broken one is a warning and never a broken suite.

pluggy's own loader stops at the first failure, follows the order of the file system and drops the
second plugin of a name in silence; hence this one. Three environment variables steer it:

- `ENVSUITE_PLUGINS=a,b` loads only the plugins of these names; empty, it loads none.
- `ENVSUITE_DISABLE_PLUGIN_AUTOLOAD=1` loads none but those `ENVSUITE_PLUGINS` names.
- `ENVSUITE_PLUGINS_STRICT=1` raises a `PluginError` where there would be a `PluginWarning`.
"""

from __future__ import annotations

import inspect
import os
import sys
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any, Literal

import pluggy

from envsuite import hooks
from envsuite.core.errors import PluginError, PluginWarning, nearest
from envsuite.core.spec import Spec
from envsuite.hooks import SECTIONS

GROUP = "envsuite"
HOOK_NAMES = tuple(f"envsuite_{section}" for section in SECTIONS)


@dataclass(frozen=True)
class Plugin:
    """A plugin as the loader found it.

    Attributes:
        name: The name of its entry point, or the path of a registry file.
        distribution: The installed package that brings it; empty for a registry file.
        version: Of that package.
        target: What the entry point names.
        status: `"deferred"`: still being imported by someone else, tried again at the next need.
        import_seconds: How long importing it took.
    """

    name: str
    distribution: str = ""
    version: str = ""
    target: str = ""
    status: Literal["enabled", "blocked", "failed", "deferred"] = "enabled"
    import_seconds: float = 0.0


@dataclass(frozen=True)
class Failure:
    """Something about a plugin that went wrong, and was left out.

    Attributes:
        plugin: Name of the plugin.
        distribution: The installed package that brings it.
        stage: What was being done, such as `"importing acme.plugin"`.
        error: What was raised.
    """

    plugin: str
    distribution: str
    stage: str
    error: BaseException

    def __str__(self) -> str:
        """Stage and error in one line."""
        return f"{self.stage}: {type(self.error).__name__}: {self.error}"


def _is_being_imported(module_name: str) -> bool:
    # A module is put into `sys.modules` before it has run. Whoever imports a plugin first and
    # envsuite from inside it brings us here with the plugin half done: no hooks yet, no error.
    spec = getattr(sys.modules.get(module_name), "__spec__", None)
    return bool(getattr(spec, "_initializing", False))


def _parents(module_name: str) -> Iterable[str]:
    parts = module_name.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts)))


class PluginLoader:
    """The plugins, what each offers, and what went wrong."""

    def __init__(self) -> None:
        """Begin with no plugin."""
        self.manager = pluggy.PluginManager("envsuite")
        self.manager.add_hookspecs(hooks)
        self.plugins: list[Plugin] = []
        self.failures: list[Failure] = []
        self._deferred: dict[Plugin, metadata.EntryPoint] = {}
        self._reported = 0

    @property
    def has_deferred(self) -> bool:
        """Whether a plugin waits for its import to end."""
        return bool(self._deferred)

    def fail(self, plugin: Plugin, stage: str, error: BaseException) -> None:
        """Note that something went wrong."""
        self.failures.append(Failure(plugin.name, plugin.distribution, stage, error))

    def add(self, implementation: Any, plugin: Plugin) -> Plugin:
        """Register the object that implements a plugin's hooks; returns the plugin's record."""
        if self.manager.has_plugin(plugin.name):
            owner = next(other for other in self.plugins if other.name == plugin.name)
            holder = owner.distribution or owner.name
            error = ValueError(f"the name is already taken by {holder}; rename the entry point")
            return self._put(replace(plugin, status="failed"), "taking its name", error)
        try:
            self.manager.register(implementation, name=plugin.name)
        except Exception as error:
            if self.manager.has_plugin(plugin.name):  # pluggy < 1.7 leaves half of it behind
                self.manager.unregister(name=plugin.name)
            return self._put(replace(plugin, status="failed"), "checking its hooks", error)
        self._put(plugin)
        self._check_hook_names(implementation, plugin)
        return plugin

    def _put(self, plugin: Plugin, stage: str = "", error: BaseException | None = None) -> Plugin:
        self.plugins.append(plugin)
        if error is not None:
            self.fail(plugin, stage, error)
        return plugin

    def _check_hook_names(self, implementation: Any, plugin: Plugin) -> None:
        found = {caller.name for caller in self.manager.get_hookcallers(implementation) or ()}
        for name in sorted(found.difference(HOOK_NAMES)):
            self.fail(plugin, "checking its hooks", _no_such_hook(name))
        for name in sorted(set(dir(implementation)) - found):
            # Marked but unseen by pluggy (cached, partial), or not marked at all.
            if name in HOOK_NAMES or (
                name.startswith("envsuite_")
                and inspect.isroutine(inspect.getattr_static(implementation, name))
                and _nearest_hook(name)
            ):
                self.fail(plugin, "checking its hooks", _unmarked_hook(name))
                found.add(name)
        if not found:
            error = ValueError(
                f"{plugin.target} implements no hook: it must be the module (or object) that "
                f"holds the @hookimpl functions, such as {HOOK_NAMES[0]}"
            )
            self.fail(plugin, "checking its hooks", error)

    def load_entry_points(self) -> None:
        """Load the plugins that are installed, in the order of their names."""
        allowed = _allowed_names()
        entry_points = sorted(
            metadata.entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)
        )
        for entry_point in entry_points:
            if allowed is None or entry_point.name in allowed:
                self._load(entry_point, _record(entry_point))
            else:
                self._put(replace(_record(entry_point), status="blocked"))
        installed = {entry_point.name for entry_point in entry_points}
        for name in sorted((allowed or set()) - installed):
            match = nearest(name, installed)
            suggestion = f"; did you mean {match!r}?" if match else ""
            error = LookupError(f"no plugin of this name is installed{suggestion}")
            self.fail(Plugin(name), "reading ENVSUITE_PLUGINS", error)

    def retry_deferred(self) -> None:
        """Try again the plugins that were being imported by someone else."""
        deferred, self._deferred = self._deferred, {}
        for plugin, entry_point in deferred.items():
            self.plugins.remove(plugin)
            self._load(entry_point, _record(entry_point))

    def _load(self, entry_point: metadata.EntryPoint, plugin: Plugin) -> None:
        if _is_being_imported(entry_point.module):
            self._defer(entry_point, plugin)
            return
        start = time.perf_counter()
        try:
            implementation = entry_point.load()
        except (Exception, SystemExit) as error:  # a module that exits must not take us along
            if any(map(_is_being_imported, _parents(entry_point.module))):
                self._defer(entry_point, plugin)
            else:
                stage = f"importing {entry_point.value}"
                self._put(replace(plugin, status="failed"), stage, error)
            return
        self.add(implementation, replace(plugin, import_seconds=time.perf_counter() - start))

    def _defer(self, entry_point: metadata.EntryPoint, plugin: Plugin) -> None:
        self._deferred[self._put(replace(plugin, status="deferred"))] = entry_point

    def specs(self, plugin: Plugin, section: str) -> tuple[Spec, ...]:
        """What a plugin offers in a section; nothing, and a failure noted, if its hook fails."""
        name = f"envsuite_{section}"
        caller: pluggy.HookCaller = getattr(self.manager.hook, name)
        specs: list[Spec] = []
        for implementation in caller.get_hookimpls():
            if implementation.plugin_name != plugin.name:
                continue
            try:
                specs += _checked(implementation.function(), SECTIONS[section])
            except (Exception, SystemExit) as error:
                self.fail(plugin, f"calling {name}", error)
        return tuple(specs)

    def report(self) -> None:
        """Warn of the failures since the last report, once a plugin.

        Raises:
            PluginError: There was one, and `ENVSUITE_PLUGINS_STRICT=1`.
        """
        fresh, self._reported = self.failures[self._reported :], len(self.failures)
        by_plugin: dict[tuple[str, str], list[Failure]] = {}
        for failure in fresh:
            by_plugin.setdefault((failure.plugin, failure.distribution), []).append(failure)
        for (name, distribution), failures in by_plugin.items():
            owner = f" ({distribution})" if distribution else ""
            causes = "; ".join(map(str, failures))
            text = f"plugin {name!r}{owner}: {causes}. See `envsuite plugins doctor`"
            if _is_on("ENVSUITE_PLUGINS_STRICT"):
                raise PluginError(text) from failures[0].error
            warnings.warn(PluginWarning(text), stacklevel=2)


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "") not in ("", "0")


def _allowed_names() -> set[str] | None:
    stated = os.environ.get("ENVSUITE_PLUGINS")
    if stated is None:
        return set() if _is_on("ENVSUITE_DISABLE_PLUGIN_AUTOLOAD") else None
    return {name.strip() for name in stated.split(",") if name.strip()}


def _record(entry_point: metadata.EntryPoint) -> Plugin:
    distribution = entry_point.dist
    return Plugin(
        entry_point.name,
        distribution=distribution.name if distribution else "",
        version=distribution.version if distribution else "",
        target=entry_point.value,
    )


def _nearest_hook(name: str) -> str | None:
    # By what follows the prefix: with it, all hooks look alike.
    section = nearest(name.removeprefix("envsuite_"), SECTIONS)
    return f"envsuite_{section}" if section else None


def _no_such_hook(name: str) -> ValueError:
    match = _nearest_hook(name)
    remedy = f"did you mean {match}?" if match else f"there are {', '.join(HOOK_NAMES)}"
    return ValueError(f"there is no hook {name}: {remedy}")


def _unmarked_hook(name: str) -> ValueError:
    if name not in HOOK_NAMES:
        return _no_such_hook(name)
    return ValueError(f"{name} is not a function marked with @hookimpl, so it is never called")


def _checked(result: Any, spec_class: type[Spec]) -> list[Spec]:
    if not isinstance(result, Iterable):
        raise TypeError(f"returned {result!r}: return a list of {spec_class.__name__}")
    specs = list(result)
    for spec in specs:
        if not isinstance(spec, spec_class):
            raise TypeError(f"returned {spec!r}, which is no {spec_class.__name__}")
    return specs

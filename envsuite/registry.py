"""Names to specs: the registry file that ships, the user's own, then the installed plugins."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Generic, TypeVar

from envsuite.core.errors import RegistryError, unknown_name
from envsuite.core.spec import AdapterSpec, EnvSpec, Spec, check_id
from envsuite.hooks import SECTIONS
from envsuite.plugin_loader import Failure, Plugin, PluginLoader
from envsuite.registry_file import FilePlugin, check_word
from envsuite.targets import check_target
from envsuite.targets import resolve as resolve

S = TypeVar("S", bound=Spec)


class Catalogue(Mapping[str, S], Generic[S]):
    """Specs of one kind by id, in the order of their ids.

    A missing id is an `UnknownNameError`, a `KeyError` that names the nearest.
    """

    def __init__(self, kind: str, *, listing: str) -> None:
        """Begin empty.

        Args:
            kind: What these are, in the singular, for errors.
            listing: The command that lists them, for errors.
        """
        self._kind = kind
        self._listing = listing
        self._specs: dict[str, S] = {}

    def __getitem__(self, id: str) -> S:
        """The spec of that id."""
        try:
            return self._specs[id]
        except (KeyError, TypeError):
            raise unknown_name(self._kind, id, self._specs, listing=self._listing) from None

    def __contains__(self, id: object) -> bool:
        """Whether there is a spec of that id."""
        return id in self._specs

    def __iter__(self) -> Iterator[str]:
        """The ids, sorted."""
        return iter(sorted(self._specs))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._specs)

    def check_free(self, spec: Spec) -> None:
        """Raise `RegistryError`, naming both owners, if the id of `spec` is taken."""
        holder = self._specs.get(spec.id)
        if holder is not None:
            raise RegistryError(
                f"{self._kind} {spec.id!r} is claimed by both {holder.owner!r} and {spec.owner!r}; "
                f"{holder.owner!r} was first and keeps it: rename the other"
            )

    def add(self, spec: S) -> None:
        """Take a spec in, unless its id is taken (`RegistryError`)."""
        self.check_free(spec)
        self._specs[spec.id] = spec


class Registry:
    """Everything that can be built by name.

    Attributes:
        environments: The games, by id.
        agents: Policies and trainers, by name.
        evaluators: By name.
        curricula: By name.
        adapters: The foreign APIs, by name.
        backends: The engines, by name.
        commands: Of the command line, by name.
    """

    def __init__(self, loader: PluginLoader) -> None:
        """Begin empty; `load` fills it with what the plugins of `loader` offer."""
        few = "envsuite plugins list"
        self.environments: Catalogue[EnvSpec] = Catalogue("environment", listing="envsuite list")
        self.agents: Catalogue[Spec] = Catalogue("agent", listing=few)
        self.evaluators: Catalogue[Spec] = Catalogue("evaluator", listing=few)
        self.curricula: Catalogue[Spec] = Catalogue("curriculum", listing=few)
        self.adapters: Catalogue[AdapterSpec] = Catalogue("adapter", listing=few)
        self.backends: Catalogue[Spec] = Catalogue("backend", listing=few)
        self.commands: Catalogue[Spec] = Catalogue("command", listing=few)
        self._loader = loader
        self._collected: set[Plugin] = set()
        self._announced: dict[str, set[str]] | None = None
        self._busy = False

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """Every plugin that was found, whether or not it could be loaded."""
        return tuple(self._loader.plugins)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What went wrong with plugins, and was left out."""
        return tuple(self._loader.failures)

    def section(self, name: str) -> Catalogue[Spec]:
        """The catalogue of a section, such as `"environments"`."""
        return getattr(self, name)

    def load(self) -> None:
        """Read the file that ships, the files `ENVSUITE_REGISTRY` names, and the plugins."""
        self._busy = True
        try:
            # Not isolated: without its own registry the suite is nothing.
            own = FilePlugin(_own_file(), namespace="envsuite")
            self._loader.add(own, Plugin("envsuite", distribution="envsuite", target=str(own.path)))
            for name in os.environ.get("ENVSUITE_REGISTRY", "").split(os.pathsep):
                if name:
                    self._read(Path(name))
            self._loader.load_entry_points()
            self._collect()
        finally:
            self._busy = False

    def retry_deferred(self) -> None:
        """Take in the plugins that were half imported when last looked at."""
        if self._loader.has_deferred and not self._busy:
            self._busy = True
            try:
                self._loader.retry_deferred()
                self._collect()
            finally:
                self._busy = False

    def add_file(self, path: Path) -> None:
        """Take in a registry file whole, or not at all; see `add_registry_file`."""
        name = str(path.expanduser().resolve())
        if any(plugin.name == name and plugin.status == "enabled" for plugin in self.plugins):
            return
        file = FilePlugin(Path(name))
        for section in SECTIONS:
            for spec in getattr(file, f"envsuite_{section}")():
                self.section(section).check_free(replace(spec, owner=name))
        self._loader.add(file, Plugin(name, target=name))
        self._collect()

    def announce(self) -> None:
        """Make the environments known to the foreign registries of the adapters.

        Calls the `register` of each adapter that has one; what is added to the registry later
        is then announced as it comes. A `register` that fails is a warning.
        """
        if self._announced is None:
            self._announced = {}
        for name, adapter in self.adapters.items():
            known = self._announced.setdefault(name, set())
            fresh = [spec for id, spec in self.environments.items() if id not in known]
            if adapter.register is None or not fresh:
                continue
            known.update(spec.id for spec in fresh)
            try:
                resolve(adapter.register, needed_by=f"adapter {name!r}")(fresh)
            except Exception as error:
                owner = next(each for each in self.plugins if each.name == adapter.owner)
                self._loader.fail(owner, f"announcing environments to {name}", error)
        self._loader.report()

    def _read(self, path: Path) -> None:
        plugin = Plugin(str(path.expanduser().resolve()), target=str(path))
        try:
            file = FilePlugin(Path(plugin.name))
        except RegistryError as error:
            self._loader.plugins.append(replace(plugin, status="failed"))
            self._loader.fail(plugin, "reading ENVSUITE_REGISTRY", error)
        else:
            self._loader.add(file, plugin)

    def _collect(self) -> None:
        for plugin in self.plugins:
            if plugin.status != "enabled" or plugin in self._collected:
                continue
            self._collected.add(plugin)
            for section in SECTIONS:
                for spec in self._loader.specs(plugin, section):
                    try:
                        _check_spec(spec)
                        self.section(section).add(replace(spec, owner=plugin.name))
                    except ValueError as error:
                        self._loader.fail(plugin, f"adding to {section}", error)
        if self._announced is None:
            self._loader.report()
        else:
            self.announce()


def _check_spec(spec: Spec) -> None:
    if isinstance(spec, EnvSpec):
        check_id(spec.id)
    else:
        check_word(spec.id)
    for field in ("target", "numba", "render", "picture", "register"):
        target = getattr(spec, field, None)
        if target is not None:
            check_target(target)


def _own_file() -> Traversable:
    shipped = files("envsuite") / "registry.yaml"
    if shipped.is_file():
        return shipped
    return Path(__file__).parents[1] / "registry.yaml"  # a checkout


_registry: Registry | None = None
# Reentrant: a plugin may ask for the registry while it is being imported, and then sees what
# there is so far.
_lock = threading.RLock()


def registry() -> Registry:
    """The registry of this process, built at the first call.

    Raises:
        RegistryError: The registry file that ships with envsuite is broken.
        PluginError: A plugin is broken, and `ENVSUITE_PLUGINS_STRICT=1`.
    """
    global _registry
    with _lock:
        if _registry is None:
            _registry = Registry(PluginLoader())
            try:
                _registry.load()
            except BaseException:
                _registry = None
                raise
        else:
            _registry.retry_deferred()
        return _registry


def add_registry_file(path: str | Path) -> None:
    """Add a registry file of one's own; docs/plugins.md shows the grammar.

    A file that was added before is left as it was. The addition holds for this process only: set
    `ENVSUITE_REGISTRY=path[:path]` where worker processes must know the names too.

    Raises:
        RegistryError: The file is not a registry file, or claims a name that is taken; nothing
            of it was added then.
    """
    with _lock:
        registry().add_file(Path(path))

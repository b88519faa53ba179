"""Plugins are loaded one by one; whatever one of them does, the others work."""

import importlib.metadata
import os
import sys
import warnings
from pathlib import Path

import pytest

from envsuite.core.errors import PluginError, PluginWarning
from envsuite.plugin_loader import Failure, PluginLoader
from envsuite.registry import Registry

HEAD = """\
from envsuite.core.spec import AdapterSpec, EnvSpec, Spec
from envsuite.hooks import hookimpl
"""


def greedy(name: str) -> str:
    """The code of a sound plugin that brings one agent."""
    return HEAD + f"@hookimpl\ndef envsuite_agents():\n    return [Spec({name!r}, 'a:b')]\n"


class Shelf:
    """A folder that looks like site-packages, for fake distributions."""

    def __init__(self, folder: Path) -> None:
        """Begin with an empty folder."""
        self.folder = folder

    def install(
        self, name: str, code: str, *, module: str = "", target: str = "", distribution: str = ""
    ) -> None:
        """Install a module with an entry point called `name`."""
        module = module or f"fake_{name}"
        distribution = distribution or f"dist-{module.replace('_', '-')}"
        path = self.folder.joinpath(*module.split(".")).with_suffix(".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
        info = self.folder / f"{distribution.replace('-', '_')}-1.5.dist-info"
        info.mkdir()
        info.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n"
        )
        entry = f"[envsuite]\n{name} = {target or module}\n"
        info.joinpath("entry_points.txt").write_text(entry)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The only installed plugins are those on this shelf."""
    for variable in [name for name in os.environ if name.startswith("ENVSUITE_")]:
        monkeypatch.delenv(variable)
    monkeypatch.syspath_prepend(tmp_path)
    real = importlib.metadata.distributions
    monkeypatch.setattr(
        importlib.metadata, "distributions", lambda **options: real(path=[str(tmp_path)])
    )
    before = set(sys.modules)
    yield Shelf(tmp_path)
    for name in set(sys.modules) - before:
        if name.startswith("fake_"):
            del sys.modules[name]


def load() -> Registry:
    """The registry with all plugins of the shelf; failures are not shown as warnings."""
    known = Registry(PluginLoader())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)
        known.load()
    return known


def only(known: Registry) -> Failure:
    (failure,) = known.failures
    return failure


def ours(known: Registry) -> list[str]:
    return [plugin.name for plugin in known.plugins if plugin.name != "envsuite"]


def test_a_plugin_is_found_and_described(shelf: Shelf):
    shelf.install("acme", greedy("acme-greedy"))
    known = load()
    assert known.agents["acme-greedy"].owner == "acme"
    own, acme = known.plugins
    assert own.name == "envsuite"
    described = (acme.name, acme.distribution, acme.version, acme.target, acme.status)
    assert described == ("acme", "dist-fake-acme", "1.5", "fake_acme", "enabled")
    assert acme.import_seconds > 0
    assert known.failures == ()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("raise RuntimeError('boom')\n", "RuntimeError: boom"),
        ("import nowhere_at_all\n", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
        ("def broken(:\n", "SyntaxError"),
    ],
)
def test_a_plugin_that_fails_to_import_is_one_warning(shelf: Shelf, code: str, error: str):
    shelf.install("bad", code)
    shelf.install("good", greedy("good-greedy"))
    with pytest.warns(PluginWarning) as caught:
        known = Registry(PluginLoader())
        known.load()
    (warning,) = caught
    text = str(warning.message)
    assert text.startswith("plugin 'bad' (dist-fake-bad): importing fake_bad: ") and error in text
    assert text.endswith("See `envsuite plugins doctor`")
    assert "good-greedy" in known.agents and "envsuite/SMAX-3m" in known.environments
    assert [plugin.status for plugin in known.plugins] == ["enabled", "failed", "enabled"]
    assert only(known).plugin == "bad"


def test_an_interrupt_is_not_swallowed(shelf: Shelf):
    shelf.install("slow", "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load()


def test_a_hook_that_raises_loses_only_its_own_specs(shelf: Shelf):
    shelf.install(
        "half",
        greedy("half-greedy")
        + "@hookimpl\ndef envsuite_backends():\n    yield Spec('half', 'a:b')\n    1 / 0\n",
    )
    known = load()
    assert "half-greedy" in known.agents and "half" not in known.backends
    assert only(known).stage == "calling envsuite_backends"
    assert isinstance(only(known).error, ZeroDivisionError)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("    return None\n", "returned None: return a list of Spec"),
        ("    return Spec('acme-greedy', 'a:b')\n", "return a list of Spec"),
        ("    return ['acme-greedy']\n", "'acme-greedy', which is no Spec"),
    ],
)
def test_a_hook_that_returns_something_else_is_told(shelf: Shelf, code: str, words: str):
    shelf.install("odd", HEAD + "@hookimpl\ndef envsuite_agents():\n" + code)
    assert words in str(only(load()))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("@hookimpl\ndef envsuite_agent(): return []\n", "no hook envsuite_agent: did you mean"),
        ("@hookimpl\ndef envsuite_weather(): return []\n", "no hook envsuite_weather: there are"),
        ("def envsuite_enviroments(): return []\n", "did you mean envsuite_environments"),
        ("def envsuite_backends(): return []\n", "envsuite_backends is not a function marked"),
        (
            "import functools\n@hookimpl\n@functools.cache\ndef envsuite_backends(): return []\n",
            "envsuite_backends is not a function marked",
        ),
    ],
)
def test_a_hook_that_would_never_be_called_is_told(shelf: Shelf, code: str, words: str):
    shelf.install("typo", greedy("typo-greedy") + code)
    known = load()
    assert "typo-greedy" in known.agents
    assert only(known).stage == "checking its hooks" and words in str(only(known))


def test_a_helper_of_a_similar_prefix_is_no_hook(shelf: Shelf):
    shelf.install("fine", greedy("fine-greedy") + "import envsuite_primer as envsuite_agentry\n")
    assert load().failures == ()


def test_a_hook_with_arguments_is_told(shelf: Shelf):
    shelf.install("greed", HEAD + "@hookimpl\ndef envsuite_agents(config): return []\n")
    known = load()
    assert "'config'" in str(only(known)) and known.plugins[-1].status == "failed"


def test_a_plugin_without_hooks_is_told(shelf: Shelf):
    shelf.install("empty", '"""Nothing here."""\n')
    assert "fake_empty implements no hook" in str(only(load()))


def test_plugins_come_in_the_order_of_their_names(shelf: Shelf):
    for name in ("pear", "apple", "fig"):
        shelf.install(name, greedy("the-greedy"))
    known = load()
    assert ours(known) == ["apple", "fig", "pear"]
    assert known.agents["the-greedy"].owner == "apple"
    assert [failure.plugin for failure in known.failures] == ["fig", "pear"]


def test_a_second_plugin_of_a_name_is_told(shelf: Shelf):
    shelf.install("twin", greedy("second-greedy"), module="fake_twin_b")
    shelf.install("twin", greedy("first-greedy"), module="fake_twin_a")
    known = load()
    assert "first-greedy" in known.agents and "second-greedy" not in known.agents
    failure = only(known)
    assert (failure.plugin, failure.distribution) == ("twin", "dist-fake-twin-b")
    assert "already taken by dist-fake-twin-a" in str(failure)


def test_nobody_takes_our_own_name(shelf: Shelf):
    shelf.install("envsuite", greedy("usurper"))
    known = load()
    assert "usurper" not in known.agents and "already taken by envsuite" in str(only(known))


def test_a_plugin_may_be_an_object_made_from_a_file(shelf: Shelf):
    (shelf.folder / "games.yaml").write_text("agents:\n  filed: {target: 'a:b'}\n")
    code = (
        "from pathlib import Path\nfrom envsuite.registry_file import FilePlugin\n"
        "plugin = FilePlugin(Path(__file__).with_name('games.yaml'))\n"
    )
    shelf.install("filed", code, target="fake_filed:plugin")
    assert load().agents["filed"].owner == "filed"


@pytest.mark.parametrize(
    ("environment", "loaded"),
    [
        ({}, ["one", "three", "two"]),
        ({"ENVSUITE_PLUGINS": "two, one"}, ["one", "two"]),
        ({"ENVSUITE_PLUGINS": ""}, []),
        ({"ENVSUITE_DISABLE_PLUGIN_AUTOLOAD": "1"}, []),
        ({"ENVSUITE_DISABLE_PLUGIN_AUTOLOAD": "0"}, ["one", "three", "two"]),
        ({"ENVSUITE_DISABLE_PLUGIN_AUTOLOAD": "1", "ENVSUITE_PLUGINS": "two"}, ["two"]),
    ],
)
def test_variables_choose_the_plugins(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], loaded: list[str]
):
    for name in ("one", "two", "three"):
        shelf.install(name, greedy(f"{name}-greedy"))
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    known = load()
    enabled = [plugin.name for plugin in known.plugins if plugin.status == "enabled"]
    assert enabled == ["envsuite", *loaded]
    assert ours(known) == ["one", "three", "two"]  # the blocked ones are listed too
    assert known.failures == ()
    for name in ("one", "two", "three"):
        assert (f"{name}-greedy" in known.agents) == (name in loaded)
        assert (f"fake_{name}" in sys.modules) == (name in loaded)


def test_an_allowed_name_that_is_not_installed_is_told(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    shelf.install("acme", greedy("acme-greedy"))
    monkeypatch.setenv("ENVSUITE_PLUGINS", "acne")
    assert "did you mean 'acme'" in str(only(load()))


def test_strict_turns_the_warning_into_the_error(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.install("bad", "raise RuntimeError('boom')\n")
    monkeypatch.setenv("ENVSUITE_PLUGINS_STRICT", "1")
    with pytest.raises(PluginError, match="plugin 'bad'.*boom") as caught:
        load()
    assert isinstance(caught.value.__cause__, RuntimeError)

"""The registry: names, clashes, files of one's own, and announcing."""

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from envsuite.core.errors import PluginWarning, RegistryError, UnknownNameError
from envsuite.core.spec import AdapterSpec, EnvSpec, Spec
from envsuite.hooks import hookimpl
from envsuite.plugin_loader import Plugin, PluginLoader
from envsuite.registry import Registry, add_registry_file, registry

# The function `envsuite.registry` hides the module of that name.
MODULE = sys.modules[Registry.__module__]
CHAIN = "namespace: acme\nenvironments:\n  Chain: {target: 'acme.chain:Chain'}\n"


def plugin(**hooks):
    """A plugin whose hooks return the specs given: `plugin(agents=[...])`."""

    def hook(section, specs):
        def implementation():
            return specs

        implementation.__name__ = f"envsuite_{section}"
        return hookimpl(implementation)

    return SimpleNamespace(
        **{f"envsuite_{section}": hook(section, specs) for section, specs in hooks.items()}
    )


def collected(**plugins) -> Registry:
    """A registry of the plugins given, by name."""
    loader = PluginLoader()
    for name, implementation in plugins.items():
        loader.add(implementation, Plugin(name))
    found = Registry(loader)
    found._collect()
    return found


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch):
    """A process-wide registry that is built anew, without installed plugins."""
    monkeypatch.setenv("ENVSUITE_PLUGINS", "")
    monkeypatch.delenv("ENVSUITE_REGISTRY", raising=False)
    monkeypatch.setattr(MODULE, "_registry", None)
    return monkeypatch


def test_what_ships_is_there(fresh):
    known = registry()
    assert known is registry()
    assert known.failures == ()
    assert known.environments["envsuite/SMAX-3m"].config == {"scenario": "3m"}
    assert {spec.owner for spec in known.environments.values()} == {"envsuite"}
    assert {"random"} <= set(known.agents)
    assert {"gymnasium", "pettingzoo", "sb3"} <= set(known.adapters)


def test_the_scenarios_of_the_paper_are_there(fresh):
    scenarios = (
        "3m 8m 25m 2s3z 3s5z 5m_vs_6m 10m_vs_11m 27m_vs_30m 3s5z_vs_3s6z 3s_vs_5z 6h_vs_8z "
        "smacv2_5_units smacv2_10_units smacv2_20_units"
    ).split()
    found = [id for id in registry().environments if id.startswith("envsuite/SMAX-")]
    assert found == sorted(f"envsuite/SMAX-{scenario}" for scenario in scenarios)


def test_an_unknown_name_is_told_with_the_nearest(fresh):
    with pytest.raises(UnknownNameError) as caught:
        registry().environments["envsuite/smax-3M"]
    assert str(caught.value) == (
        "no environment is called 'envsuite/smax-3M': did you mean 'envsuite/SMAX-3m'? "
        "`envsuite list` lists them all"
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with pytest.raises(KeyError, match="no curriculum is called 'zzz': `envsuite plugins list`"):
        registry().curricula["zzz"]
    assert registry().agents.get("nobody") is None
    assert "envsuite/SMAX-4m" not in registry().environments
    with pytest.raises(KeyError, match="no environment is called 3"):
        registry().environments[3]  # pyright: ignore[reportArgumentType]


def test_iteration_is_sorted():
    specs = [Spec(name, "a:b") for name in ("cherry", "apple", "banana")]
    assert list(collected(acme=plugin(agents=specs)).agents) == ["apple", "banana", "cherry"]


def test_the_first_to_claim_a_name_keeps_it():
    with pytest.warns(PluginWarning, match="claimed by both 'acme' and 'zeta'; 'acme' was first"):
        known = collected(
            acme=plugin(agents=[Spec("greedy", "acme:Greedy")]),
            zeta=plugin(agents=[Spec("greedy", "zeta:Greedy"), Spec("lazy", "zeta:Lazy")]),
        )
    assert known.agents["greedy"].target == "acme:Greedy"
    assert known.agents["lazy"].owner == "zeta"
    (failure,) = known.failures
    assert (failure.plugin, failure.stage) == ("zeta", "adding to agents")


@pytest.mark.parametrize(
    ("section", "spec", "words"),
    [
        ("environments", EnvSpec("Chain", "a:b"), "is not an id"),
        ("environments", EnvSpec("acme/Chain-v1", "a:b"), "ends in a version"),
        ("environments", EnvSpec("acme/Chain", "a.b"), "write module:attribute, such as a:b"),
        ("environments", EnvSpec("acme/Chain", "a:b", render="frame"), "write module:attribute"),
        ("environments", Spec("acme/Chain", "a:b"), "is no EnvSpec"),
        ("adapters", Spec("api", "a:b"), "is no AdapterSpec"),
        ("adapters", AdapterSpec("api", "a:b", register="there"), "write module:attribute"),
        ("agents", Spec("acme/greedy", "a:b"), "is not a name"),
    ],
)
def test_a_malformed_spec_is_left_out(section: str, spec: Spec, words: str):
    with pytest.warns(PluginWarning, match=words):
        known = collected(acme=plugin(**{section: [spec], "backends": [Spec("fine", "a:b")]}))
    assert list(known.section(section)) == []
    assert list(known.backends) == ["fine"]


def test_a_file_of_ones_own_is_added_once(fresh, tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(CHAIN)
    add_registry_file(path)
    add_registry_file(str(path))
    spec = registry().environments["acme/Chain"]
    assert spec.owner == str(path.resolve())
    assert [each.name for each in registry().plugins].count(spec.owner) == 1
    assert registry().failures == ()


def test_a_file_that_claims_a_taken_name_is_refused_whole(fresh, tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(CHAIN + "agents:\n  mine: {target: 'a:b'}\n  random: {target: 'a:b'}\n")
    with pytest.raises(RegistryError, match=r"'random' is claimed by both 'envsuite' and '.*mine"):
        add_registry_file(path)
    assert "mine" not in registry().agents and "acme/Chain" not in registry().environments


def test_a_broken_file_is_refused_when_added_and_left_out_when_set(fresh, tmp_path: Path):
    bad, good = tmp_path / "bad.yaml", tmp_path / "good.yaml"
    bad.write_text("agent: {}\n")
    good.write_text(CHAIN)
    with pytest.raises(RegistryError, match="did you mean 'agents'"):
        add_registry_file(bad)
    fresh.setattr(MODULE, "_registry", None)
    fresh.setenv("ENVSUITE_REGISTRY", f"{bad}:{good}")
    with pytest.warns(PluginWarning, match="reading ENVSUITE_REGISTRY.*did you mean 'agents'"):
        known = registry()
    assert "acme/Chain" in known.environments and "envsuite/SMAX-3m" in known.environments
    assert [each.status for each in known.plugins] == ["enabled", "failed", "enabled"]


def test_our_own_file_must_be_sound(fresh, tmp_path: Path):
    broken = tmp_path / "registry.yaml"
    broken.write_text("agent: {}\n")
    fresh.setattr(MODULE, "_own_file", lambda: broken)
    for _ in range(2):  # a failed build leaves no half-built registry behind
        with pytest.raises(RegistryError, match="did you mean 'agents'"):
            registry()


def test_threads_share_one_registry(fresh):
    found = []
    threads = [threading.Thread(target=lambda: found.append(registry())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(map(id, found))) == 1


ANNOUNCED: list[str] = []


def announce(specs) -> None:
    ANNOUNCED.extend(spec.id for spec in specs)


def fail_to_announce(specs) -> None:
    raise RuntimeError("no such registry")


@pytest.fixture
def this_module(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(sys.modules, "announcer", sys.modules[__name__])
    ANNOUNCED.clear()
    return "announcer"


def test_adapters_announce_each_environment_once(this_module: str, tmp_path: Path):
    adapter = AdapterSpec("api", "a:b", register=f"{this_module}:announce")
    games = [EnvSpec("acme/One", "a:b"), EnvSpec("acme/Two", "a:b")]
    known = collected(acme=plugin(adapters=[adapter], environments=games))
    assert ANNOUNCED == []
    known.announce()
    known.announce()
    assert ANNOUNCED == ["acme/One", "acme/Two"]
    path = tmp_path / "mine.yaml"
    path.write_text(CHAIN)
    known.add_file(path)
    assert ANNOUNCED == ["acme/One", "acme/Two", "acme/Chain"]


def test_an_adapter_that_cannot_announce_is_a_warning(this_module: str):
    adapters = [
        AdapterSpec("bad", "a:b", register=f"{this_module}:fail_to_announce"),
        AdapterSpec("good", "a:b", register=f"{this_module}:announce"),
    ]
    known = collected(
        acme=plugin(adapters=adapters, environments=[EnvSpec("acme/One", "a:b")]),
    )
    with pytest.warns(PluginWarning, match="announcing environments to bad: .*no such registry"):
        known.announce()
    assert ANNOUNCED == ["acme/One"]


def test_reading_the_registry_imports_nothing_heavy():
    code = (
        "import sys; from envsuite.registry import registry; registry(); "
        "print(*{'jax', 'numba', 'torch', 'pygame', 'stable_baselines3'}"
        " & set(sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == ""

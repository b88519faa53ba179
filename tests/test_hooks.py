"""Each hook does what docs/plugins.md says: its example there is run here."""

import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from envsuite import hooks
from envsuite.core.spec import AdapterSpec, EnvSpec, Spec
from envsuite.plugin_loader import Plugin, PluginLoader
from envsuite.registry import Registry
from envsuite.registry_file import read_registry_file

PAGE = (Path(__file__).parents[1] / "docs" / "plugins.md").read_text(encoding="utf-8")
HOOKS = sorted(
    name
    for name, value in vars(hooks).items()
    if name.startswith("envsuite_") and inspect.isfunction(value)
)


def offered_by_example(hook: str) -> tuple[Spec, ...]:
    """Run the example under the hook's heading as a plugin module; return its specs."""
    section = re.split(r"^##+ ", PAGE, flags=re.M)
    text = next(part for part in section if part.startswith(f"`{hook}("))
    example = re.search(r"```python\n(.*?)```", text, flags=re.S)
    assert example, f"no example of {hook}"
    module = ModuleType("acme_plugin")
    exec(example[1], vars(module))
    loader = PluginLoader()
    plugin = loader.add(module, Plugin("acme"))
    assert loader.failures == []
    return loader.specs(plugin, hook.removeprefix("envsuite_"))


def test_envsuite_environments():
    assert offered_by_example("envsuite_environments") == (
        EnvSpec(
            id="acme/Chain-ten",
            target="envsuite_acme.chain:Chain",
            config={"length": 10},
            summary="Walk along a chain.",
            max_steps=100,
        ),
    )


def test_envsuite_agents():
    expected = Spec("acme-greedy", "envsuite_acme.greedy:Greedy", {"depth": 2})
    assert offered_by_example("envsuite_agents") == (expected,)


def test_envsuite_evaluators():
    expected = Spec("acme-regret", "envsuite_acme.regret:Regret")
    assert offered_by_example("envsuite_evaluators") == (expected,)


def test_envsuite_curricula():
    expected = Spec("acme-ladder", "envsuite_acme.ladder:Ladder", {"rungs": 5})
    assert offered_by_example("envsuite_curricula") == (expected,)


def test_envsuite_adapters():
    expected = AdapterSpec(
        "acme-api", "envsuite_acme.api:make", register="envsuite_acme.announce:register"
    )
    assert offered_by_example("envsuite_adapters") == (expected,)


def test_envsuite_backends():
    expected = Spec("acme-cluster", "envsuite_acme.cluster:ClusterEngine")
    assert offered_by_example("envsuite_backends") == (expected,)


def test_envsuite_commands():
    expected = Spec("acme-tool", "envsuite_acme.tool:app", summary="Draw a chain.")
    assert offered_by_example("envsuite_commands") == (expected,)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_test_and_a_documented_signature(hook: str):
    assert f"test_{hook}" in globals()
    signature = str(inspect.signature(getattr(hooks, hook))).replace("'", "")
    heading = f"### `{hook}{signature}`\n"
    assert heading in PAGE
    # The page begins with the very sentence of the hook.
    promise = inspect.getdoc(getattr(hooks, hook))
    assert PAGE.split(heading)[1].strip().startswith(promise or "?")


def test_sections_of_the_registry_are_the_hooks():
    assert sorted(f"envsuite_{section}" for section in hooks.SECTIONS) == HOOKS
    registry = Registry(PluginLoader())
    for section in hooks.SECTIONS:
        assert list(registry.section(section)) == []


def test_the_registry_file_of_the_page_can_be_read(tmp_path: Path):
    example = re.search(r"```yaml\n(.*?)```", PAGE, flags=re.S)
    assert example
    path = tmp_path / "registry.yaml"
    path.write_text(example[1], encoding="utf-8")
    specs = read_registry_file(path)
    environments = {spec.id: spec.config for spec in specs["environments"]}
    assert environments == {
        "acme/Chain-ten": {"length": 10, "slippery": True},
        "acme/Chain-calm": {"length": 10, "slippery": False},
        "acme/Maze": {},
    }
    assert [spec.id for spec in specs["agents"]] == ["acme-greedy"]

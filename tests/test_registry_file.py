"""What a registry file may say, and how it is told what it may not."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envsuite.core.errors import RegistryError
from envsuite.core.spec import AdapterSpec, EnvSpec, Spec
from envsuite.hooks import SECTIONS
from envsuite.registry_file import READERS, FilePlugin, read_registry_file
from envsuite.yaml_entry import read_yaml

FAMILY = """\
namespace: acme
environments:
  Chain:
    target: acme.chain:Chain
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "games.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_what_specs_say(tmp_path: Path):
    path = write(
        tmp_path,
        """\
namespace: acme
environments:
  Chain:
    target: acme.chain:Chain
    numba: acme.kernel:ChainKernel
    render: acme.render:frame
    summary: Walk along a chain.
    source: Somebody (2020)
    config: {length: 5, slippery: true}
    params: {slip: 0.25}
    max_steps: 50
    team: walkers
    opponents: {wind: random}
    tags: [toy, wind]
    version: 2
    variants:
      long: {length: 20}
      3m: {names: [a, b], noise: null, wind: {north: 1.0e-3}}
  Maze: {target: "acme.maze:Maze"}
agents:
  greedy: {target: "acme.greedy:Greedy", config: {depth: 2}}
adapters:
  their-api: {target: "acme.api:make", register: "acme.api:register"}
""",
    )
    specs = read_registry_file(path)
    shared = {
        "target": "acme.chain:Chain",
        "numba": "acme.kernel:ChainKernel",
        "render": "acme.render:frame",
        "summary": "Walk along a chain.",
        "source": "Somebody (2020)",
        "params": {"slip": 0.25},
        "max_steps": 50,
        "team": "walkers",
        "opponents": {"wind": "random"},
        "tags": ("toy", "wind"),
        "version": 2,
    }
    marines = {"names": ["a", "b"], "noise": None, "wind": {"north": 0.001}}
    base = {"length": 5, "slippery": True}
    assert specs["environments"] == (
        EnvSpec(id="acme/Chain-long", config={**base, "length": 20}, **shared),
        EnvSpec(id="acme/Chain-3m", config={**base, **marines}, **shared),
        EnvSpec(id="acme/Maze", target="acme.maze:Maze"),
    )
    assert specs["agents"] == (Spec("greedy", "acme.greedy:Greedy", {"depth": 2}),)
    assert specs["adapters"] == (
        AdapterSpec("their-api", "acme.api:make", register="acme.api:register"),
    )
    assert specs["curricula"] == specs["evaluators"] == specs["commands"] == ()


def test_every_field_of_a_spec_can_be_stated():
    stated = {field.name for kind in SECTIONS.values() for field in fields(kind)}
    assert set(READERS) == stated - {"id", "owner"}


def test_a_plugin_made_from_a_file_offers_what_the_file_says(tmp_path: Path):
    plugin = FilePlugin(str(write(tmp_path, FAMILY)))
    assert [spec.id for spec in plugin.envsuite_environments()] == ["acme/Chain"]
    assert list(plugin.envsuite_agents()) == []


def test_the_namespace_of_the_file_wins_over_the_default(tmp_path: Path):
    path = write(tmp_path, FAMILY)
    assert read_registry_file(path, namespace="other")["environments"][0].id == "acme/Chain"
    path = write(tmp_path, FAMILY.replace("namespace: acme\n", ""))
    assert read_registry_file(path, namespace="other")["environments"][0].id == "other/Chain"
    with pytest.raises(RegistryError, match="add `namespace: yours`"):
        read_registry_file(path)


def test_a_variant_may_have_nothing_of_its_own(tmp_path: Path):
    path = write(tmp_path, FAMILY + "    config: {length: 5}\n    variants:\n      plain:\n")
    assert read_registry_file(path)["environments"][0].config == {"length": 5}


VARIANTS = FAMILY + "    variants:\n"
AGENT = "agents:\n  greedy:\n    target: acme.greedy:Greedy\n"


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        # unknown keys, at each level
        (FAMILY + "agent: {}\n", 5, "agent", "did you mean 'agents'"),
        (FAMILY + "    sumary: x\n", 5, "environments.Chain.sumary", "did you mean 'summary'"),
        (FAMILY + "    id: x\n", 5, "environments.Chain.id", "not a known key"),
        (FAMILY + "    register: a:b\n", 5, "environments.Chain.register", "not a known key"),
        (AGENT + "    max_steps: 3\n", 4, "agents.greedy.max_steps", "not a known key"),
        # keys stated twice, at each level
        (FAMILY + "namespace: b\n", 5, "namespace", "stated twice, first in line 1"),
        (FAMILY + "  Chain: {target: a:b}\n", 5, "environments.Chain", "first in line 4"),
        (FAMILY + "    target: a:b\n", 5, "environments.Chain.target", "first in line 4"),
        (VARIANTS + "      a:\n      a:\n", 7, "environments.Chain.variants.a", "first in line 6"),
        (VARIANTS + "      a: {n: 1, n: 2}\n", 6, "environments.Chain.variants.a.n", "twice"),
        # targets
        ("agents:\n  greedy: {summary: x}\n", 2, "agents.greedy", "has no target"),
        ("agents:\n  greedy: {target: acme.Greedy}\n", 2, "agents.greedy.target", "acme:Greedy"),
        ("agents:\n  greedy: {target: [a, b]}\n", 2, "agents.greedy.target", "must be text"),
        (FAMILY + "    render: frame\n", 5, "environments.Chain.render", "module:attribute"),
        # names that YAML takes for something else
        (VARIANTS + "      no: {}\n", 6, "environments.Chain.variants.no", 'quote it, "no"'),
        (VARIANTS + "      1e3: {}\n", 6, "environments.Chain.variants.1e3", 'quote it, "1e3"'),
        (VARIANTS + "      10: {}\n", 6, "environments.Chain.variants.10", 'quote it, "10"'),
        (VARIANTS + "      2.5: {}\n", 6, "environments.Chain.variants.2.5", 'quote it, "2.5"'),
        (
            VARIANTS + "      2024-01-01: {}\n",
            6,
            "environments.Chain.variants.2024-01-01",
            "is a date in YAML: quote it",
        ),
        (FAMILY + "    team: off\n", 5, "environments.Chain.team", "a boolean in YAML: quote it"),
        (FAMILY + "    tags: [3]\n", 5, "environments.Chain.tags.0", "a number in YAML: quote it"),
        # values that YAML takes for something else
        (VARIANTS + "      a: {day: 2024-01-01}\n", 6, "variants.a.day", "is a date in YAML"),
        (VARIANTS + "      a: {wind: no}\n", 6, "variants.a.wind", "write true or false"),
        (VARIANTS + "      a: {rate: 1e-3}\n", 6, "variants.a.rate", "1.0e-3"),
        (VARIANTS + "      a: {score: 3:45}\n", 6, "variants.a.score", "base 60"),
        (VARIANTS + "      a: {code: 010}\n", 6, "variants.a.code", "octal"),
        (VARIANTS + "      a: {x: !!set {b}}\n", 6, "variants.a.x", "not supported"),
        (VARIANTS + "      a: {x: !!int many}\n", 6, "variants.a.x", "cannot be read"),
        (VARIANTS + "      a: {x: !!python/name:os.system }\n", 6, "a.x", "not supported"),
        (
            VARIANTS + "      3m: {map: 3m}\n      ten:\n        map: 10\n",
            8,
            "environments.Chain.variants.ten.map",
            'in 3m map is: quote it, "10"',
        ),
        (
            FAMILY + "    config: {map: plain}\n    variants:\n      a: {map: 10}\n",
            7,
            "environments.Chain.variants.a.map",
            "in the family map is: quote it",
        ),
        # wrong kinds
        ("- a\n", 1, "the top level", "must be a mapping, but is a list"),
        ("agents:\n", 1, "agents", "must be a mapping, but is empty"),
        (FAMILY + "    max_steps: 0\n", 5, "environments.Chain.max_steps", "at least 1"),
        (FAMILY + "    max_steps: ten\n", 5, "environments.Chain.max_steps", "a whole number"),
        (FAMILY + "    max_steps: true\n", 5, "environments.Chain.max_steps", "is a boolean"),
        (FAMILY + "    version: -1\n", 5, "environments.Chain.version", "at least 0"),
        (FAMILY + "    tags: toy\n", 5, "environments.Chain.tags", "must be a list"),
        (FAMILY + "    config: [1]\n", 5, "environments.Chain.config", "must be a mapping"),
        (FAMILY + "    config: {a-b: 1}\n", 5, "config.a-b", "cannot be a keyword"),
        (FAMILY + "    variants: {}\n", 5, "environments.Chain.variants", "has no variants"),
        (VARIANTS + "      a: 3\n", 6, "environments.Chain.variants.a", "must be a mapping"),
        (FAMILY + "    ? [a, b]\n    : c\n", 5, "environments.Chain.?", "must be text"),
        (FAMILY + "    <<: {summary: x}\n", 5, "environments.Chain.<<", "merge keys"),
        (FAMILY + "    config: &c {a: *c}\n", 5, "environments.Chain.config.a", "too deeply"),
        (FAMILY + "    config: {b: &b [*b]}\n", 5, "environments.Chain.config.b", "too deeply"),
        # ids
        (VARIANTS + "      a/b: {}\n", 6, "environments.Chain.variants.a/b", "is not an id"),
        (VARIANTS + "      ten-v2: {}\n", 6, "variants.ten-v2", "ends in a version"),
        ("namespace: a/b\n", 1, "namespace", "is not a namespace"),
        ("agents:\n  a/b: {target: a:b}\n", 2, "agents.a/b", "is not a name"),
        # YAML itself
        ("agents: {\n", 2, "", "expected"),
        ("agents:\n\tx: 1\n", 2, "", "cannot start any token"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, text: str, line: int, key: str, words: str
):
    path = write(tmp_path, text)
    with pytest.raises(RegistryError) as caught:
        read_registry_file(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, line {line}: "), message
    assert key in message and words in message


def test_what_is_quoted_is_text(tmp_path: Path):
    path = write(
        tmp_path,
        VARIANTS + '      "10": {map: "10", day: "2024-01-01", rate: "1e-3"}\n      "no": {}\n',
    )
    ten, no = read_registry_file(path)["environments"]
    assert (ten.id, no.id) == ("acme/Chain-10", "acme/Chain-no")
    assert ten.config == {"map": "10", "day": "2024-01-01", "rate": "1e-3"}


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str):
    with pytest.raises(RegistryError, match="is empty"):
        read_registry_file(write(tmp_path, text))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(RegistryError, match="absent.yaml: cannot be read"):
        read_registry_file(tmp_path / "absent.yaml")
    with pytest.raises(RegistryError, match="cannot be read"):
        read_registry_file(tmp_path)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00agents")
    with pytest.raises(RegistryError, match="cannot be read"):
        read_registry_file(tmp_path / "binary.yaml")


# Whatever YAML's guesses, a name that survives unquoted is the very text that was written, and one
# that does not is refused: it never silently becomes another.
@given(st.text("0123456789abeEfnoyx_.+-", min_size=1, max_size=8))
def test_a_plain_name_is_itself_or_refused(name: str):
    try:
        found = list(read_yaml(f"{name}: {{}}\n", "games.yaml").entries())
    except RegistryError:
        return
    assert found == [name]

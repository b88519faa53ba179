"""Who may import whom: read from the syntax tree, so that nothing need run."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLUGINS = sorted(path.name for path in (ROOT / "plugins").glob("envsuite_*"))
WRAPPERS = sorted(path.name for path in (ROOT / "wrappers").glob("envsuite_*"))
HEAVY = {"jax", "jaxlib", "numba", "torch", "stable_baselines3", "sb3_contrib", "pygame"}

# For each layer, the modules of ours that it may import; a prefix stands for what is below it.
MAY_IMPORT = {
    "envsuite/core": {"envsuite.core"},
    "envsuite/functional": {
        "envsuite.core",
        "envsuite.functional",
        "envsuite.compiled.coefficients",
    },
    "envsuite/compiled": {"envsuite.core", "envsuite.compiled"},
    "plugins": {
        "envsuite.core",
        "envsuite.functional",
        "envsuite.compiled",
        "envsuite.drawing",
        "envsuite.contact_sheet",
        "envsuite.showing",  # a gallery of levels draws them as their own game does
        "envsuite.runs",
        "envsuite.evolution",
        "envsuite.factory",  # a learned world asks by name for the game it stands for
        "envsuite.registry",
        "envsuite.commands.options",
        "envsuite.commands.table",
        "envsuite.engines.compilation_cache",  # commands that compile for minutes keep it
    },
}
FOREIGN = {
    "pettingzoo": {"envsuite_pettingzoo"},
    "stable_baselines3": {"envsuite_sb3"},
    "sb3_contrib": {"envsuite_sb3"},
    "torch": {"envsuite_sb3", "envsuite_gymnasium"},  # the latter for array="torch"
}


def sources(folder: str) -> list[Path]:
    """The Python files of a layer, without its tests and without templates."""
    skipped = {"tests", "template"}
    return [
        path
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not skipped & set(path.relative_to(ROOT).parts)
    ]


def imports(path: Path, *, at_import: bool = False) -> set[str]:
    """The modules that a file names; `at_import` leaves out functions and type checking."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if at_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        if at_import and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports relatively"
            found.update({node.module} if node.module != "envsuite" else {"envsuite"})
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text()))
    return found


def ours(names: set[str]) -> set[str]:
    return {name for name in names if name.split(".")[0].startswith("envsuite")}


def below(name: str, allowed: set[str]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in allowed)


@pytest.mark.parametrize("layer", ["envsuite/core", "envsuite/functional", "envsuite/compiled"])
def test_lower_layers_import_no_higher_one(layer):
    for path in sources(layer):
        wrong = {name for name in ours(imports(path)) if not below(name, MAY_IMPORT[layer])}
        assert not wrong, f"{path}: {wrong}"


def test_the_core_needs_no_backend():
    for path in sources("envsuite/core"):
        assert not {name.split(".")[0] for name in imports(path, at_import=True)} & HEAVY, path


@pytest.mark.parametrize("plugin", PLUGINS)
def test_plugins_import_the_core_and_themselves(plugin):
    for path in sources(f"plugins/{plugin}"):
        wrong = {
            name
            for name in ours(imports(path))
            if not below(name, MAY_IMPORT["plugins"] | {plugin})
        }
        assert not wrong, f"{path}: {wrong}"


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_wrappers_import_no_plugin_and_no_other_wrapper(wrapper):
    for path in sources(f"wrappers/{wrapper}"):
        wrong = {
            name for name in ours(imports(path)) if name.split(".")[0] not in ("envsuite", wrapper)
        }
        assert not wrong, f"{path}: {wrong}"


def test_the_core_never_imports_a_plugin_or_a_wrapper():
    for path in sources("envsuite"):
        tops = {name.split(".")[0] for name in imports(path)}
        assert not tops & set(PLUGINS + WRAPPERS), path


@pytest.mark.parametrize("package", PLUGINS + WRAPPERS)
def test_foreign_libraries_stay_in_their_wrapper(package):
    root = "plugins" if package in PLUGINS else "wrappers"
    for path in sources(f"{root}/{package}"):
        for name in imports(path):
            owners = FOREIGN.get(name.split(".")[0])
            assert owners is None or package in owners, f"{path} imports {name}"


@pytest.mark.parametrize("package", PLUGINS)
def test_importing_a_plugin_package_costs_nothing(package):
    tree = ast.parse((ROOT / "plugins" / package / "__init__.py").read_text())
    assert all(isinstance(node, ast.Expr) for node in tree.body), "more than a docstring"


@pytest.mark.parametrize("package", PLUGINS + WRAPPERS)
def test_every_package_is_typed(package):
    root = "plugins" if package in PLUGINS else "wrappers"
    assert (ROOT / root / package / "py.typed").exists()


def test_no_plugin_makes_device_arrays_on_import():
    for plugin in PLUGINS:
        for path in sources(f"plugins/{plugin}"):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                    assert "jnp." not in ast.unparse(node.value), f"{path}:{node.lineno}"

"""Layers point one way, only Mesa's modules import Mesa, and importing the package is cheap."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "wargame"

# From the bottom up. A module may import its own room and every layer below; rooms on one line do not know
# each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("scenario",),
    ("engine",),
    ("experiment",),
    ("analysis",),
    ("calibration",),
    ("plots",),
    ("report", "play"),
    ("__init__",),
    ("cli", "testing"),
    ("__main__",),
)

# The only exceptions, from room to room, and only inside functions, where nothing is imported until used.
# experiment -> analysis: `results.outcomes()` and its like are short ways into the analysis of a run.
LAZY_EXCEPTIONS = {("experiment", "analysis")}

# The only names of the package itself that a room may ask for: the manifest of a run records the version.
NAMES_OF_THE_PACKAGE = {"__version__"}

MESA_MODULES = {"engine/actor.py", "engine/model.py"}
HEAVY_PACKAGES = ("mesa", "llvmlite", "matplotlib", "pandas", "pyarrow")


@dataclass(frozen=True, kw_only=True)
class Import:
    """One imported module, and where."""

    module: str
    line: int
    lazy: bool


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """The room of a module: the folder below `wargame`, or the module's own name right under it."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports(path: Path) -> Iterator[Import]:
    """Every import of a module, relative ones made absolute, `from a import b` as `a.b`."""

    def visit(node: ast.AST, lazy: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(module=name.name, line=node.lineno, lazy=lazy)
        elif isinstance(node, ast.ImportFrom):
            package = ("wargame", *path.relative_to(PACKAGE).parts[:-1])
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            source = ".".join(part for part in (base, node.module) if part)
            for name in node.names:
                yield Import(module=f"{source}.{name.name}", line=node.lineno, lazy=lazy)
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, inside)

    yield from visit(ast.parse(path.read_text("utf-8")), False)


def rank(name: str) -> int:
    return next(i for i, layer in enumerate(LAYERS) if name in layer)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nothing_imports_upwards(path: Path) -> None:
    here = room(path)
    known = {name for layer in LAYERS for name in layer}
    assert here in known, f"{here} has no layer yet: give it one in LAYERS"
    wrong = []
    for found in imports(path):
        names = found.module.split(".")
        if names[0] != "wargame" or names[1:2] == [here]:
            continue
        there = names[1] if names[1:] and names[1] in known else "__init__"
        if there == "__init__" and names[1:] and names[1] in NAMES_OF_THE_PACKAGE:
            continue
        if found.lazy and (here, there) in LAZY_EXCEPTIONS:
            continue
        if rank(there) >= rank(here):
            wrong.append(f"{path.relative_to(ROOT)}:{found.line}: {here} imports {found.module}")
    assert not wrong, "\n".join(wrong)


def test_only_the_mesa_engine_imports_mesa() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        if any(item.module.split(".")[0] == "mesa" for item in imports(path))
    }
    assert found == MESA_MODULES


def test_plots_never_simulate() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{found.line}: imports {found.module}"
        for path in modules()
        if room(path) == "plots"
        for found in imports(path)
        if found.module.startswith("wargame.engine") or found.module == "wargame.simulate"
    ]
    assert not wrong, "\n".join(wrong)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        f"import json, sys, wargame; print(json.dumps([m for m in {HEAVY_PACKAGES!r} if m in sys.modules]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert json.loads(answer.stdout) == []

"""The examples of README.md and docs/ are executed as they stand.

Every page has one folder and one namespace. Its complete scenarios (YAML blocks with `name:` and `outcomes:`
at the top level) are saved there as `<name>.yaml` and loaded; then its Python blocks run from top to bottom
and may use them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import pytest
import typer

import wargame
from wargame.cli.commands import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```\s*$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block of a page; `line` is that of its first line."""

    language: str
    text: str
    line: int


def blocks(page: Path, language: str) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(language=found[1], text=found[2], line=text.count("\n", 0, found.start(2)) + 1)
        for found in FENCE.finditer(text)
        if found[1] == language
    ]


def scenarios(page: Path) -> dict[str, str]:
    """The complete scenarios of a page by name."""
    whole = {}
    for block in blocks(page, "yaml"):
        name = re.search(r"^name: *([\w-]+)", block.text, re.MULTILINE)
        if name and re.search(r"^outcomes:", block.text, re.MULTILINE):
            whole[name[1]] = block.text
    return whole


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder, with a plotting backend that needs no screen."""
    import matplotlib.pyplot as plt

    monkeypatch.chdir(tmp_path)
    with mpl.rc_context():
        plt.switch_backend("agg")
        yield tmp_path
        plt.close("all")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_a_page_run(page: Path, folder: Path) -> None:
    for name, text in scenarios(page).items():
        path = folder / f"{name}.yaml"
        path.write_text(text, "utf-8")
        assert wargame.load(path).name == name
    namespace: dict[str, object] = {"__name__": "__example__"}
    for block in blocks(page, "python"):
        code = "\n" * (block.line - 1) + block.text
        exec(compile(code, str(page), "exec"), namespace)


def test_readme_has_examples() -> None:
    """The parser of this module finds what it is meant to run."""
    assert scenarios(PAGES[0])
    assert blocks(PAGES[0], "python")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_of_a_page_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    used = {
        found
        for block in blocks(page, "sh")
        for found in re.findall(r"^make ([a-z]+)", block.text, re.MULTILINE)
    }
    assert used <= targets
    if page.name == "README.md":
        assert {"run", "test"} <= used


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_a_page_exist(page: Path) -> None:
    """Every `wargame ...` in a shell block names a command, and options that the command has."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for language in ("sh", "powershell"):
        for block in blocks(page, language):
            for name, rest in re.findall(r"\bwargame ([a-z-]+)([^\n#]*)", block.text):
                assert name in commands
                known = {option for parameter in commands[name].params for option in parameter.opts}
                assert {word.split("=")[0] for word in rest.split() if word.startswith("-")} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    wrong = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not wrong

"""What a user of the package can rely on: its public names, its version, and what the wheel brings along."""

import importlib.metadata
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import wargame

ROOT = Path(__file__).resolve().parents[1]

# The public surface. A name added here is a promise; a name taken away breaks somebody's code.
PUBLIC_NAMES = {
    "Results",
    "Scenario",
    "ScenarioError",
    "StateActor",
    "WargameError",
    "WargameModel",
    "__version__",
    "available_scenarios",
    "experiment",
    "fork",
    "load",
    "loads",
    "read",
    "read_experiment",
    "replay",
    "simulate",
    "story",
    "sweep",
}

# Paths of somebody's machine: home folders, in the forms of the usual systems.
MACHINE_PATH = re.compile(rb"(?<![\w.:/])/(?:home|Users|root)/\w|[A-Za-z]:\\{1,2}Users\\")


def test_public_names_are_pinned() -> None:
    assert set(wargame.__all__) == PUBLIC_NAMES
    assert len(wargame.__all__) == len(PUBLIC_NAMES)


@pytest.mark.parametrize("name", sorted(PUBLIC_NAMES))
def test_public_name_exists_and_says_what_it_is(name: str) -> None:
    thing = getattr(wargame, name)
    assert name in dir(wargame)
    if name != "__version__":
        assert thing.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = wargame.no_such_name  # type: ignore[attr-defined]


def test_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert wargame.__version__ == project["version"]
    assert importlib.metadata.version("wargame") == project["version"]
    assert f"\nversion: {project['version']}\n" in (ROOT / "CITATION.cff").read_text("utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from this folder."""
    folder = tmp_path_factory.mktemp("wheel")
    path = next(iter(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_wheel_brings_every_scenario(wheel: set[str]) -> None:
    ours = {
        f"wargame/configs/{path.relative_to(ROOT / 'configs').as_posix()}"
        for path in (ROOT / "configs").rglob("*.yaml")
    }
    assert "wargame/configs/korea-2025.yaml" in wheel
    assert ours <= wheel


def test_wheel_brings_every_module_its_types_and_its_licence(wheel: set[str]) -> None:
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "wargame").rglob("*.py")}
    assert ours <= wheel
    assert "wargame/py.typed" in wheel
    assert any(name.endswith("/licenses/LICENSE") for name in wheel)


def test_wheel_brings_nothing_else(wheel: set[str]) -> None:
    folders = {name.split("/")[0] for name in wheel}
    assert {name for name in folders if not name.endswith(".dist-info")} == {"wargame"}


def test_no_file_names_somebodys_machine() -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    here = str(ROOT).encode()
    wrong = []
    for name in filter(None, listing.stdout.decode().split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if here in content or MACHINE_PATH.search(content):
            wrong.append(name)
    assert not wrong

"""The figures of `wargame run`: the same files, whoever draws them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
from border import BORDER

import wargame
from wargame.cli import drawing
from wargame.plots.figures import save_figures


@pytest.fixture(scope="module")
def results() -> wargame.Results:
    scenario = wargame.loads(BORDER, file="border.yaml")
    return wargame.simulate(scenario, episodes=50, seed=2, progress=False, engine="mesa")


@pytest.fixture(scope="module")
def expected(results: wargame.Results, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("figures")
    save_figures(results, folder)
    return contents(folder)


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    """They end when the connections to them are closed."""
    yield
    for process in multiprocessing.active_children():
        process.join(60)
    assert not multiprocessing.active_children()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("processors", [1, 2])
def test_figures_are_the_same_files_with_and_without_other_processes(
    results, expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    monkeypatch.setattr(drawing, "processors", lambda: processors)
    with drawing.drawing_hands(wanted=True) as hands:
        assert len(hands) == (0 if processors == 1 else 2)
        names = drawing.draw_figures(results, tmp_path, hands)
    assert contents(tmp_path) == expected
    assert {f"{name}.{suffix}" for name in names for suffix in ("png", "svg")} == set(expected)


@pytest.mark.parametrize("when", ["before they are asked", "after"])
def test_what_a_process_that_dies_should_have_drawn_is_drawn_here(
    results, expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr(drawing, "processors", lambda: 2)
    with drawing.drawing_hands(wanted=True) as hands:
        if when == "before they are asked":
            kill_all()
        else:
            ask = drawing._ask
            monkeypatch.setattr(drawing, "_ask", lambda *arguments: (ask(*arguments), kill_all())[0])
        drawing.draw_figures(results, tmp_path, hands)
    assert contents(tmp_path) == expected


def kill_all() -> None:
    for process in multiprocessing.active_children():
        process.kill()
        process.join()


def test_what_cannot_be_drawn_is_said(results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "processors", lambda: 2)
    (tmp_path / "figures").write_text("a file stands where the folder should be")
    with drawing.drawing_hands(wanted=True) as hands, pytest.raises(FileExistsError):
        drawing.draw_figures(results, tmp_path / "figures", hands)


def test_none_is_started_without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "processors", lambda: 2)
    with drawing.drawing_hands(wanted=False) as hands:
        assert not hands
        assert not multiprocessing.active_children()

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
    yield
    for process in multiprocessing.active_children():
        process.join(60)
    assert not multiprocessing.active_children()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("processors", [1, 2])
def test_figures_are_the_same_files_with_and_without_a_second_process(
    results, expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    monkeypatch.setattr(drawing, "processors", lambda: processors)
    with drawing.second_hand(wanted=True) as beside:
        assert (beside is None) == (processors == 1)
        names = drawing.draw_figures(results, tmp_path, beside)
    assert contents(tmp_path) == expected
    assert {f"{name}.{suffix}" for name in names for suffix in ("png", "svg")} == set(expected)


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_a_process_that_dies_should_have_drawn_is_drawn_here(
    results, expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr(drawing, "processors", lambda: 2)
    with drawing.second_hand(wanted=True) as beside:
        (process,) = multiprocessing.active_children()
        ask = drawing._ask

        def kill(*arguments) -> bool:
            asked = when == "after" and ask(*arguments)
            process.kill()
            process.join()
            return asked or ask(*arguments)

        monkeypatch.setattr(drawing, "_ask", kill)
        drawing.draw_figures(results, tmp_path, beside)
    drawn = {name: file for name, file in contents(tmp_path).items() if not name.endswith(".part")}
    assert drawn == expected


def test_the_second_process_ends_with_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "processors", lambda: 2)
    with drawing.second_hand(wanted=True):
        (process,) = multiprocessing.active_children()
    process.join(60)
    assert process.exitcode == 0


def test_none_is_started_without_figures() -> None:
    with drawing.second_hand(wanted=False) as beside:
        assert beside is None
        assert not multiprocessing.active_children()

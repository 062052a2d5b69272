"""The reference run of the Korea baseline in `results/` is what this version makes, to the last bit.

`make reference` makes it again; a change that moves it is flagged in CHANGELOG.md.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import wargame
from wargame.cli import app

RESULTS = Path(__file__).resolve().parents[1] / "results"
KEPT = RESULTS / "korea-2025"
UNKNOWN = RESULTS / "korea-2025-unknown"


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same commands as those of `make reference`, in another folder."""
    folder = tmp_path_factory.mktemp("reference")
    run, sweep = str(folder / KEPT.name), str(folder / UNKNOWN.name)
    for command in (
        ["run", "korea-2025", "-n", "4000", "--seed", "1", "--out", run, "--no-figures"],
        ["sweep", "korea-2025", "--lhs", "100", "-n", "200", "--seed", "1", "--out", sweep],
        ["report", run, "--sweep", sweep],
    ):
        result = CliRunner().invoke(app, [*command, "--quiet"])
        assert result.exit_code == 0, result.output
    return folder


def test_the_reference_run_is_made_again_bit_by_bit(again: Path) -> None:
    kept, made = wargame.read(KEPT), wargame.read(again / KEPT.name)
    assert made.digests == kept.digests
    assert made.episodes.equals(kept.episodes)
    for name in ("outcomes.csv", "metrics.csv"):
        assert (again / KEPT.name / name).read_bytes() == (KEPT / name).read_bytes()


def test_it_is_of_the_scenario_that_ships() -> None:
    manifest = json.loads((KEPT / "manifest.json").read_text("utf-8"))
    text = (RESULTS.parent / "configs" / "korea-2025.yaml").read_text("utf-8")
    assert manifest["scenario"]["text"] == text
    assert (manifest["episodes"], manifest["seed"], manifest["engine"]) == (4000, 1, "batch")


def test_the_sweep_beside_it_is_made_again(again: Path) -> None:
    for name in ("sweep.csv", "points.csv", "spread.csv"):
        made, kept = (pd.read_csv(folder / name) for folder in (again / UNKNOWN.name, UNKNOWN))
        if name == "sweep.csv":
            assert made.equals(kept)
        else:
            # Points and intervals are SciPy's: they may differ in the last digits between its releases.
            pd.testing.assert_frame_equal(made, kept, rtol=1e-9)


def test_every_figure_is_there() -> None:
    actors = ("washington", "seoul", "beijing", "pyongyang")
    names = {"outcomes", "trajectories", *(f"policies-{actor}" for actor in actors)}
    for suffix in ("png", "svg"):
        assert {path.stem for path in (KEPT / "figures").glob(f"*.{suffix}")} == names


def test_what_stops_the_game_is_never_the_good_episode(again: Path) -> None:
    page = (again / KEPT.name / "report.html").read_text("utf-8")
    outcomes = {outcome.title: outcome for outcome in wargame.load("korea-2025").outcomes.values()}
    good, bad = (re.search(rf"A {word} episode: ([^<]+)<", page) for word in ("good", "bad"))
    assert good
    assert bad
    assert not outcomes[good[1].strip()].terminal
    assert outcomes[bad[1].strip()].terminal


def test_the_report_says_the_same(again: Path) -> None:
    """Word for word, but for the versions of the machine that made it; figures are compared in tests/plots."""

    def words(folder: Path) -> str:
        page = (folder / KEPT.name / "report.html").read_text("utf-8")
        page = page[: page.index("How to make it again</h2>")]
        page = re.sub(r"<(style|svg)\b.*?</\1>|data:image/png;base64,[^\"]*", "", page, flags=re.DOTALL)
        page = page.replace(str(folder.resolve() / KEPT.name), "FOLDER").replace(
            f"results/{KEPT.name}", "FOLDER"
        )
        return " ".join(re.sub(r"<[^>]+>", " ", page).split())

    assert words(again) == words(RESULTS)

"""What a report reads, what it refuses, and pages of unusual runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

import wargame
from wargame.experiment import parquet
from wargame.report.html.reading import ReportError, read_subject
from wargame.report.html.writing import page, write
from wargame.scenario.errors import WargameError

sys.path.insert(0, str(Path(__file__).parent))
from pages import QUARREL, Page


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(QUARREL, file="quarrel.yaml")


def saved(folder: Path, scenario: wargame.Scenario, **options: object) -> Path:
    settings = {"episodes": 40, "progress": False} | options
    return wargame.simulate(scenario, **settings).save(folder)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def run(scenario: wargame.Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("run") / "plain-run", scenario)


# ---- the reading path ----------------------------------------------------------------------------


def test_columns_are_those_of_the_table_of_episodes(run: Path) -> None:
    names = ["episode", "outcome", "length", "payoff.north", "metric.peak"]
    whole = wargame.read(run).episodes[names]
    assert_frame_equal(wargame.read(run).columns(*names), whole)
    assert_frame_equal(wargame.read(run).columns(*names, most=7), whole.head(7))


def test_columns_of_results_that_are_not_saved(scenario: wargame.Scenario) -> None:
    results = wargame.simulate(scenario, episodes=20, progress=False)
    assert_frame_equal(results.columns("episode", "outcome"), results.episodes[["episode", "outcome"]])
    assert_frame_equal(results.columns("outcome", most=3), results.episodes[["outcome"]].head(3))


def test_a_report_never_reads_the_whole_table_of_episodes(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, columns = [], parquet._table

    def watched(file: object, columns_asked: object = None, **more: object) -> object:
        asked = more.get("columns", columns_asked)
        if str(file).endswith("episodes.parquet"):
            read.append(asked)
        return columns(file, asked)

    monkeypatch.setattr(parquet, "_table", watched)
    assert "Three episodes" in page(read_subject(run))
    assert read
    assert all(asked is not None and len(asked) <= 6 for asked in read), read


def test_metrics_without_quantiles_are_the_same_but_for_these(run: Path) -> None:
    whole, quick = wargame.read(run).metrics(), wargame.read(run).metrics(quantiles=False)
    known = [name for name in whole.columns if not name.startswith("q")]
    assert_frame_equal(quick[known], whole[known])
    assert quick["q50"].isna().all()


# ---- unusual runs --------------------------------------------------------------------------------


def test_a_run_that_kept_no_episodes_has_a_page_without_stories(
    tmp_path: Path, scenario: wargame.Scenario
) -> None:
    folder = saved(tmp_path / "bare", scenario, keep_episodes=False)
    found = Page(page(read_subject(folder)))
    assert "How the episodes ended" in found.text
    assert "Three episodes" not in found.text


def test_failed_episodes_are_counted_on_the_first_screen(tmp_path: Path) -> None:
    text = QUARREL.replace("0.15}}}", "'where(turn == 3, 1 / (bare - 1), 0.15)'}}}")
    folder = saved(tmp_path / "failing", wargame.loads(text, file="failing.yaml"))
    results = wargame.read(folder)
    assert 0 < results.failed < 40
    found = Page(page(read_subject(folder)))
    assert f"{results.failed} episodes could not be finished and are left out" in found.text


def test_a_run_in_which_everything_failed_says_so(tmp_path: Path) -> None:
    text = QUARREL.replace("{tension: step}", "{tension: step / (bare - 1)}").replace(
        "-0.12", "-0.12 / (bare - 1)"
    )
    folder = saved(tmp_path / "failed", wargame.loads(text, file="failed.yaml"), orders=["south=calm@2025Q1"])
    assert wargame.read(folder).completed == 0
    assert "No episode could be finished" in Page(page(read_subject(folder))).text


def test_a_world_without_actors_has_a_page(tmp_path: Path) -> None:
    text = """
name: dice
time: {step: round, horizon: 3}
state: {total: {initial: 0, range: [0, 20]}}
nature: {throw: {draw: {poisson: {mean: 2, max: 20}}, effects: {total: throw}}}
outcomes: {high: {when: total >= 7}, low: {default: true}}
"""
    found = Page(page(read_subject(saved(tmp_path / "dice", wargame.loads(text, file="dice.yaml")))))
    assert "by chance alone" in found.text
    assert "A typical episode" in found.text
    assert "A rare episode" in found.text
    assert "How to see the range" not in found.text


def test_a_fork_has_a_page_and_says_of_what_it_is_one(tmp_path: Path, run: Path) -> None:
    futures = wargame.fork(run, 3, turn=2, episodes=30, progress=False)
    found = Page(page(read_subject(futures.save(tmp_path / "fork"))))
    assert "wargame fork RUN 3 --turn 2025Q3" in found.text
    assert "Three episodes" in found.text


# ---- what is refused -----------------------------------------------------------------------------


def refused(folder: Path, **options: object) -> str:
    with pytest.raises(WargameError) as error:
        read_subject(folder, **options)  # type: ignore[arg-type]
    assert "mend:" in str(error.value)
    return str(error.value)


def test_runs_that_met_other_luck_are_not_compared(
    tmp_path: Path, scenario: wargame.Scenario, run: Path
) -> None:
    other = saved(tmp_path / "other", scenario, seed=2)
    message = refused(run, compare=other)
    assert "different seeds" in message
    assert "1 (" in message
    assert "2 (" in message
    drawn = saved(tmp_path / "drawn", scenario, uncertain=True)
    assert "differ in --uncertain" in refused(run, compare=drawn)
    bare = saved(tmp_path / "bare", scenario, keep_episodes=False)
    assert "kept no episodes" in refused(run, compare=bare)


def test_runs_of_other_scenarios_are_not_compared(tmp_path: Path, run: Path) -> None:
    named = wargame.loads(QUARREL.replace("name: quarrel", "name: row"), file="row.yaml")
    assert "different scenarios" in refused(run, compare=saved(tmp_path / "row", named))
    more = wargame.loads(
        QUARREL.replace("peak: {", "low: {value: min(tension)}, peak: {"), file="quarrel.yaml"
    )
    assert "other outcomes or metrics" in refused(run, compare=saved(tmp_path / "more", more))


def test_a_sweep_must_be_a_sample_of_the_same_scenario(
    tmp_path: Path, scenario: wargame.Scenario, run: Path
) -> None:
    from wargame.experiment.sweep import save_sweep

    def swept(name: str, played: wargame.Scenario, **design: object) -> Path:
        found = wargame.sweep(played, episodes=4, progress=False, **design)  # type: ignore[arg-type]
        return save_sweep(found, played, tmp_path / name, episodes=4, seed=1, orders=[])

    grid = swept("grid", scenario, grid={"step": [0.1, 0.2]})
    assert "only a random sample" in refused(run, sweep=grid)
    changed = swept("changed", scenario.with_({"bare": 2}), lhs=5)
    assert "of another scenario than the run, or with other values or orders" in refused(run, sweep=changed)
    good = swept("good", scenario, lhs=5)
    assert "this is a sweep" in refused(good)
    assert "Leave one of them out" in refused(run, sweep=good, compare=run)
    assert "it holds no sweep.json" in refused(run, sweep=run)
    (good / "sweep.csv").write_text("point\n", "utf-8")
    assert "mend:" in refused(run, sweep=good)


def test_an_experiment_takes_no_other_folder(tmp_path: Path, run: Path) -> None:
    from wargame.experiment.files import loads_experiment

    text = "name: one\nscenario: x\nquestion: q\nhypothesis: h\nepisodes: 20\narms: {a: }\n"
    asked = loads_experiment(text, scenario=wargame.loads(QUARREL, file="quarrel.yaml"))
    folder = wargame.experiment(asked, progress=False).save(tmp_path / "one")
    assert "--compare goes with a run" in refused(folder, compare=run)
    assert "--sweep goes with a run" in refused(folder, sweep=run)
    # An experiment with a single arm compares nothing, and has a page all the same.
    assert "How the episodes ended" in Page(page(read_subject(folder))).text


def test_a_folder_that_is_none_and_a_page_that_cannot_be_written(tmp_path: Path, run: Path) -> None:
    assert "mend:" in refused(tmp_path / "nowhere")
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(WargameError, match="could not be written"):
        write(read_subject(run), tmp_path / "file" / "report.html")
    assert ReportError("a", "b").args

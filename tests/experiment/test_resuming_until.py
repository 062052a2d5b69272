"""Runs that end when something is known, interrupted and resumed: the same looks, the same end."""

from pathlib import Path

import pytest
from border import BORDER_THAT_FAILS
from kills import Interrupted, Stopping

import wargame
from wargame.experiment import saving
from wargame.experiment.executors import Serial
from wargame.experiment.looks_kept import LOOKS
from wargame.experiment.stopping import StopError
from wargame.experiment.until import Stopped, simulate_until
from wargame.experiment.verification import verify

TARGET = "war +/- 0.004"


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(BORDER_THAT_FAILS, file="border.yaml")


@pytest.fixture(scope="module")
def whole(scenario: wargame.Scenario) -> Stopped:
    return waited(scenario)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "PART_EPISODES", 3000)


def waited(scenario: wargame.Scenario, **options) -> Stopped:
    options = {"seed": 3, "progress": False, "engine": "batch", "executor": Serial(), **options}
    return simulate_until(scenario, options.pop("until", TARGET), most=options.pop("most", 64_000), **options)


def interrupted(scenario: wargame.Scenario, folder: Path, after: int, **options) -> None:
    with pytest.raises(Interrupted):
        waited(scenario, out=folder, executor=Stopping(after), **options)


def test_there_are_looks_to_lose(whole: Stopped) -> None:
    assert len(whole.looks) >= 4
    assert whole.is_met


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("after", [0, 1024, 5000, 7500])
def test_it_ends_as_if_it_had_never_been_disturbed(
    scenario: wargame.Scenario, whole: Stopped, tmp_path: Path, after: int, keep: bool
) -> None:
    """`after` counts episodes since the last look."""
    interrupted(scenario, tmp_path / "run", after, keep_episodes=keep)
    again = waited(scenario, out=tmp_path / "run", resume=True, keep_episodes=keep)
    assert again.looks == whole.looks
    assert again.results.digest == whole.results.digest
    assert all(finding.good for finding in verify(tmp_path / "run", 3))


def test_often_interrupted(scenario: wargame.Scenario, whole: Stopped, tmp_path: Path) -> None:
    for _ in range(30):
        try:
            again = waited(scenario, out=tmp_path / "run", resume=True, executor=Stopping(1024))
        except Interrupted:
            continue
        break
    assert again.looks == whole.looks
    assert again.results.digest == whole.results.digest


def test_a_finished_one_is_not_played_again(
    scenario: wargame.Scenario, whole: Stopped, tmp_path: Path
) -> None:
    waited(scenario, out=tmp_path / "run")
    again = waited(scenario, out=tmp_path / "run", resume=True, executor=Stopping(-1))
    assert again.looks == whole.looks
    assert again.results.digest == whole.results.digest


def test_a_crash_between_playing_and_looking(
    scenario: wargame.Scenario, whole: Stopped, tmp_path: Path
) -> None:
    """All episodes are there, and the last look is not."""
    interrupted(scenario, tmp_path / "run", 1024)
    known = (tmp_path / "run" / LOOKS).read_bytes()
    waited(scenario, out=tmp_path / "run", resume=True)
    (tmp_path / "run" / LOOKS).write_bytes(known)
    # Of the looks after it one was passed over: that could be hidden, and so it is refused.
    with pytest.raises(StopError, match="cannot be taken any more"):
        waited(scenario, out=tmp_path / "run", resume=True)


@pytest.mark.parametrize("change", [{"until": "war +/- 0.003"}, {"most": 128_000}])
def test_another_plan_is_refused_once_looks_were_taken(
    scenario: wargame.Scenario, tmp_path: Path, change: dict
) -> None:
    waited(scenario, out=tmp_path / "run")
    with pytest.raises(StopError, match="Ask for the same target and maximum as before"):
        waited(scenario, out=tmp_path / "run", resume=True, **change)


def test_looks_of_an_earlier_run_in_the_folder_do_not_count(
    scenario: wargame.Scenario, tmp_path: Path
) -> None:
    waited(scenario, out=tmp_path / "run", seed=4, first=4000)
    interrupted(scenario, tmp_path / "run", 1024, first=4000)
    again = waited(scenario, out=tmp_path / "run", resume=True, first=4000)
    undisturbed = waited(scenario, first=4000)
    assert again.looks == undisturbed.looks
    assert again.results.digest == undisturbed.results.digest


def test_a_shorter_run_without_looks_is_made_longer(
    scenario: wargame.Scenario, whole: Stopped, tmp_path: Path
) -> None:
    wargame.simulate(scenario, episodes=500, seed=3, out=tmp_path / "run", progress=False)
    again = waited(scenario, out=tmp_path / "run", resume=True)
    assert again.looks == whole.looks
    assert again.results.digest == whole.results.digest

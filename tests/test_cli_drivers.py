"""`wargame analyse` about assumptions: sweeps, uncertain runs, experiments; what is printed, written and refused."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.test_cli import call

SCENARIO = """
name: fuse
title: A short fuse
time: {step: quarter, start: 2025Q1, horizon: 6}
parameters:
  heat: {value: 0.1, judgement: made up, distribution: {uniform: [0, 0.3]}, label: Heat of the crisis (M1)}
  calm: {value: 0.05, judgement: made up, distribution: {uniform: [0, 0.1]}, label: Calm}
  idle: {value: 1, judgement: made up, distribution: {uniform: [0, 2]}}
state: {tension: {initial: 0.2, bounds: [0, 1], judgement: made up}}
actors:
  north:
    policies: {wait: {}, probe: {effects: {tension: 0.12}}}
    utility: tension
    decision: {rule: uniform}
nature: {shots: {draw: {bernoulli: heat}, effects: {tension: 0.3}}}
effects: {fade: {effects: {tension: -calm}}}
outcomes: {war: {when: tension >= 0.9, terminal: true, label: War}, peace: {default: true, label: Peace}}
metrics: {peak: {value: max(tension), label: highest tension}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario, and folders of every kind that can be asked."""
    here = tmp_path_factory.mktemp("drivers")
    (here / "fuse.yaml").write_text(SCENARIO, "utf-8")
    quiet = ("--quiet", "--out")
    runs = {
        "lhs": ("sweep", "--lhs", "120", "-n", "60"),
        "sobol": ("sweep", "--sobol", "128", "-n", "400"),
        "morris": ("sweep", "--morris", "20", "-n", "200"),
        "grid": ("sweep", "--grid", "heat=0:0.3:4", "--grid", "calm=0,0.1", "-n", "100"),
        "run": ("run", "--uncertain", "-n", "1500", "--sample", "1500", "--no-figures"),
        "known": ("run", "-n", "50", "--no-figures"),
    }
    for name, (command, *options) in runs.items():
        done = call(command, str(here / "fuse.yaml"), *options, *quiet, str(here / name))
        assert done.exit_code == 0, done.output
    return here


@pytest.mark.parametrize(
    ("folder", "analysis", "words"),
    [
        ("lhs", "variance", ["nine points in ten", "War", "not known"]),
        ("lhs", "sensitivity", ["heat", "Heat of the crisis", "beyond luck"]),
        ("run", "sensitivity", ["heat", "beyond luck"]),
        ("sobol", "sensitivity", ["by itself", "with all others", "heat"]),
        ("morris", "sensitivity", ["strength", "unevenness", "heat"]),
        ("lhs", "tornado", ["low below", "and there", "heat"]),
        ("run", "discover", ["heat ≥", "share there", "coverage", "yes"]),
        ("grid", "heatmap", ["heat", "calm", "0.3", "result"]),
        ("run", "signposts", ["all together", "tension", "where high"]),
    ],
)
def test_an_answer_is_printed_and_written(place: Path, folder: str, analysis: str, words: list[str]) -> None:
    shown = call("analyse", str(place / folder), analysis, "--outcome", "war")
    if analysis == "variance":
        shown = call("analyse", str(place / folder), analysis)
    assert shown.exit_code == 0, shown.output
    for word in words:
        assert word in shown.output, shown.output
    assert max(len(row) for row in shown.output.splitlines() if "/" not in row) <= 100
    written = {path.suffix for path in (place / folder / "analysis").iterdir()}
    assert {".csv", ".png", ".svg"} <= written


def test_machines_get_all_of_the_table(place: Path) -> None:
    shown = call("analyse", str(place / "lhs"), "sensitivity", "--no-figures", "--json")
    rows = json.loads(shown.output)["analyses"]["sensitivity"]["tables"]["sensitivity"]
    assert {row["result"] for row in rows} == {"war", "peace"}
    assert len(pd.read_csv(place / "lhs" / "analysis" / "sensitivity.csv")) == 6
    war = [row for row in rows if row["result"] == "war"]
    assert war[0]["parameter"] == "parameters.heat"
    assert war[0]["beyond_luck"]
    assert not next(row for row in war if row["parameter"] == "parameters.idle")["beyond_luck"]


def test_a_metric_may_be_asked_about(place: Path) -> None:
    shown = call("analyse", str(place / "run"), "tornado", "--outcome", "peak", "--no-figures")
    assert shown.exit_code == 0, shown.output
    assert "highest tension" in shown.output


@pytest.mark.parametrize(
    ("folder", "arguments", "words"),
    [
        ("known", ["sensitivity"], ["nothing was varied", "--uncertain"]),
        ("run", ["variance"], ["each episode drew its own parameters", "--lhs"]),
        ("grid", ["discover"], ["points of a grid design are none", "--lhs"]),
        ("grid", ["sensitivity"], ["no sample", "heatmap"]),
        ("lhs", ["heatmap", "--over", "heat"], ["1 were given", "--over NAME --over NAME"]),
        ("lhs", ["heatmap", "--over", "heat", "--over", "clam"], ["clam is not varied", "calm"]),
        ("lhs", ["tornado", "--outcome", "wra"], ["no outcome, metric or actor 'wra'", "war"]),
        ("known", ["signposts"], ["too few", "--sample"]),
    ],
)
def test_what_cannot_be_answered_says_why_and_what_would_help(
    place: Path, folder: str, arguments: list[str], words: list[str]
) -> None:
    shown = call("analyse", str(place / folder), *arguments)
    assert shown.exit_code == 1
    text = " ".join(shown.output.split())
    for word in words:
        assert word in text, shown.output

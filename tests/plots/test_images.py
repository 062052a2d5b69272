"""Every figure of a run and of an experiment against a picture of it; see `tests/pictures.py`."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.testing.compare import calculate_rms
from pictures import IMAGES, TOLERANCE, picture

from wargame.experiment import Results
from wargame.plots.experiments import arm_shares, convergence, paired_differences, ranges
from wargame.plots.figures import outcome_figure, policy_figure, trajectory_figure
from wargame.plots.outcomes import outcome_shares
from wargame.plots.policies import policy_shares
from wargame.plots.policy_effects import policy_effects
from wargame.plots.style import new_axes, new_figure, style
from wargame.plots.trajectories import fan_chart, fan_charts

COLUMN = 3.4
"""Inches: the column of a journal."""

ARMS = {"hold": "Hold the posture", "cut": "Cut 4,500 in 2026Q1"}
NAMES = {"war": "War on the peninsula", "drift": "Managed drift", "rupture": "Alliance rupture"}


@pytest.fixture(scope="module")
def small(synthetic: ModuleType) -> Results:
    run = synthetic.synthetic_run(200, variables=5, horizon=12, actors=1)
    return Results.collect(run.layout, run.blocks(200), synthetic.synthetic_manifest())


def comparison() -> pd.DataFrame:
    """A table like that of `Comparison.differences`, with shares and ranges beside."""
    rows = []
    for place, arm in enumerate(ARMS):
        for step, name in enumerate(NAMES):
            middle = 0.02 * (step - 1) + 0.01 * place
            value = 0.1 + 0.25 * step + 0.02 * place
            rows.append(
                {
                    "arm": arm,
                    "name": name,
                    "difference": middle,
                    "low": middle - 0.005,
                    "high": middle + 0.006,
                    "unpaired_low": middle - 0.015,
                    "unpaired_high": middle + 0.016,
                    "value": value,
                    "mean": value,
                    "range_low": value - 0.09,
                    "range_high": value + 0.12,
                }
            )
    return pd.DataFrame(rows)


def shares_of_arms() -> pd.DataFrame:
    table = comparison()
    return table.assign(low=table["value"] - 0.02, high=table["value"] + 0.02)


def looks() -> pd.DataFrame:
    """Estimates of three shares at four looks."""
    chance = np.random.default_rng(4)
    rows = []
    for share, name in zip((0.05, 0.3, 0.55), NAMES, strict=True):
        for size in (250, 500, 1000, 2000):
            error = float(np.sqrt(share * (1 - share) / size))
            value = share + error * float(chance.normal())
            low, high = value - 2 * error, value + 2 * error
            rows.append({"episodes": size, "name": name, "value": value, "low": low, "high": high})
    return pd.DataFrame(rows)


# ---- figures of a run ----------------------------------------------------------------------------


@picture
def test_figure_outcomes(results: Results) -> Figure:
    with style():
        return outcome_figure(results)


@picture
def test_figure_trajectories(small: Results) -> Figure:
    with style():
        return trajectory_figure(small, 3)


@picture
def test_figure_policies(small: Results) -> Figure:
    with style():
        return policy_figure(small, "us")


# ---- plots by themselves, and in the column of a journal -----------------------------------------


@picture
def test_outcome_shares(results: Results) -> Figure:
    return outcome_shares(results.outcomes(), labels=results.labels.outcomes).figure


@picture
def test_fan_chart_in_a_column(small: Results) -> Figure:
    sample = small.sample
    ax = new_figure(COLUMN, 2.4).add_subplot()
    fan_chart(
        small.trajectories,
        ax,
        variable="trust",
        label=small.labels.variables["trust"],
        unit="index",
        turns=small.labels.turns,
        episode=sample[sample["episode"] == 3],
    )
    return ax.figure


@picture
def test_fan_charts(results: Results) -> Figure:
    panels = fan_charts(results.trajectories, variables=["trust", "usfk", "trade", "tension", "warheads"])
    return panels[0].figure


@picture
def test_policy_shares(results: Results) -> Figure:
    labels = results.labels
    return policy_shares(results.policies(), actor="dprk", labels=labels.policies, turns=labels.turns).figure


def shares_of_twelve() -> pd.DataFrame:
    """A table like that of `Results.policies`, of one actor that comes to play the last of its policies more often."""
    count, turns = 12, 8
    rows = []
    for turn in range(turns):
        weights = np.array(
            [(count - place) * (turns - turn) + place * turn for place in range(count)], dtype=float
        )
        for place, share in enumerate(weights / weights.sum()):
            rows.append({"actor": "us", "policy": f"policy_{place + 1}", "turn": turn, "share": share})
    return pd.DataFrame(rows)


@picture
def test_policy_shares_of_many() -> Figure:
    return policy_shares(shares_of_twelve(), actor="us").figure


@picture
def test_policy_shares_in_a_column() -> Figure:
    with style():
        return policy_shares(shares_of_twelve(), new_axes(COLUMN, 4.4), actor="us").figure


# ---- figures of an experiment --------------------------------------------------------------------


@picture
def test_paired_differences() -> Figure:
    return paired_differences(comparison(), arms=ARMS, labels=NAMES).figure


@picture
def test_arm_shares() -> Figure:
    return arm_shares(shares_of_arms(), arms=ARMS, labels=NAMES).figure


@picture
def test_ranges() -> Figure:
    table = shares_of_arms()
    return ranges(table[table["arm"] == "hold"], labels=NAMES).figure


@picture
def test_convergence() -> Figure:
    return convergence(looks(), half_width=0.02, scale=100, unit="%").figure


# ---- the comparison itself -----------------------------------------------------------------------


def dots(figure: Figure) -> np.ndarray:
    with style():
        figure.set_dpi(72)
        figure.canvas.draw()
        return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(np.int16)


def test_a_change_that_a_reader_would_see_is_noticed() -> None:
    """The tolerance is not so wide that a wrong figure fits in."""
    before = dots(paired_differences(comparison(), arms=ARMS, labels=NAMES).figure)
    moved = comparison()
    moved.loc[1, ["difference", "low", "high"]] += 0.01
    assert calculate_rms(before, dots(paired_differences(moved, arms=ARMS, labels=NAMES).figure)) > TOLERANCE


def test_every_picture_belongs_to_a_test(request: pytest.FixtureRequest) -> None:
    """A picture whose test has gone, or got another name, is left over."""
    tests = "\n".join(path.read_text("utf-8") for path in sorted(request.path.parent.glob("test_*.py")))
    left_over = [path.stem for path in IMAGES.glob("*.png") if f"def {path.stem}(" not in tests]
    assert not left_over


@picture
def test_policy_effects() -> Figure:
    moves = {"Reinforce": (1.5, 0.0, 0.08), "Cut troops": (-4.5, 0.11, -0.05), "Hold": (0.0, 0.004, 0.0)}
    wide = {"usfk": 40.0, "fear_of_abandonment": 1.0, "trust": 1.0, "never_moved": 1.0}
    table = pd.DataFrame(
        {
            "policy": policy,
            "variable": variable,
            "change": change,
            "low": change - 0.005,
            "high": change + 0.005,
            "share": change / width,
        }
        for policy, changes in moves.items()
        for (variable, width), change in zip(wide.items(), (*changes, 0.001), strict=True)
    )
    with style():
        return policy_effects(table).figure

"""Figures of experiments: what is drawn is what the tables say."""

import numpy as np
import pandas as pd
import pytest

from wargame.plots.experiments import arm_shares, convergence, paired_differences, ranges

DIFFERENCES = pd.DataFrame(
    {
        "arm": ["a", "a", "b", "b"],
        "name": ["war", "peace", "war", "peace"],
        "difference": [0.1, -0.2, 0.0, 0.05],
        "low": [0.05, -0.25, -0.01, 0.0],
        "high": [0.15, -0.15, 0.01, 0.1],
        "unpaired_low": [0.0, -0.3, -0.1, -0.1],
        "unpaired_high": [0.2, -0.1, 0.1, 0.2],
    }
)


def test_differences_are_drawn_in_percentage_points() -> None:
    ax = paired_differences(DIFFERENCES, labels={"war": "War"}, arms={"a": "Arm A"})
    points = {line.get_label(): line.get_xdata() for line in ax.lines if line.get_marker() == "o"}
    assert points["Arm A"] == pytest.approx([10, -20])
    assert points["b"] == pytest.approx([0, 5])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["War", "peace"]
    ends = [path.get_segments()[0][:, 0].tolist() for path in ax.collections]
    assert [0.0, 20.0] in [pytest.approx(end) for end in ends]


def test_differences_have_a_band_for_what_is_not_known_and_no_thin_lines_without_their_numbers() -> None:
    table = DIFFERENCES.drop(columns=["unpaired_low", "unpaired_high"])
    ax = paired_differences(table.assign(over_low=-0.1, over_high=0.2))
    bands = [line for line in ax.collections if line.get_linewidth()[0] == 5.0]
    assert bands
    assert all(list(segment[:, 0]) == [-10, 20] for band in bands for segment in band.get_segments())
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "pale: range over what is not known" in texts
    assert "thin: two independent runs as large" not in texts


def test_shares_have_a_band_for_what_is_not_known() -> None:
    values = DIFFERENCES.assign(value=0.3, low=0.2, high=0.4)
    assert len(arm_shares(values).collections) == 2
    assert len(arm_shares(values.assign(range_low=0.1, range_high=0.6)).collections) == 4


def test_ranges_are_bars_from_low_to_high() -> None:
    table = pd.DataFrame(
        {
            "name": ["war"],
            "range_low": [0.02],
            "range_high": [0.12],
            "mean": [0.05],
            "low": [0.04],
            "high": [0.06],
        }
    )
    bar = ranges(table).patches[0]
    assert (bar.get_x(), bar.get_width()) == (pytest.approx(2), pytest.approx(10))


def test_convergence_shows_the_widest_and_the_width_asked_for() -> None:
    rows = [
        {"episodes": size, "name": f"q{place}", "value": 0.3, "low": 0.3 - width, "high": 0.3 + width}
        for size in (100, 200)
        for place in range(8)
        for width in [(place + 1) / size]
    ]
    ax = convergence(pd.DataFrame(rows), half_width=0.01)
    labels = ax.get_legend_handles_labels()[1]
    assert labels == ["q7", "q6", "q5", "q4", "q3", "q2"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["100", "200"]
    spans = [patch.get_extents().height for patch in ax.patches]
    assert len(spans) == 6
    assert np.ptp(spans) < 1e-6

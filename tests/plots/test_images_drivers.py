"""Figures of what drives a result against pictures of them, and that they draw what the tables say."""

import numpy as np
import pandas as pd
import pytest
from many_assumptions import ishigami, observed, planted
from matplotlib.figure import Figure
from pictures import picture
from SALib.sample import morris, sobol

from wargame.analysis.boxes import find_boxes
from wargame.analysis.correlations import low_and_high, partial_rank_correlations
from wargame.analysis.pairs import over_two
from wargame.analysis.sensitivity import elementary_effects, sobol_indices
from wargame.plots.drivers import correlations, effects, signpost_skill, sobol_bars, tornado
from wargame.plots.regions import box_limits, heat_map, peelings

UNIT = {"num_vars": 3, "names": ["p0", "p1", "p2"], "bounds": [[0.0, 1.0]] * 3}
LABELS = {"p0": "Cost of a wider role", "p1": "Trust between the allies at the start"}

SIGNPOSTS = pd.DataFrame(
    {
        "observable": ["all together", "tension", "change of trust"],
        "skill": [0.21, 0.08, -0.003],
        "low": [0.15, 0.05, -0.012],
        "high": [0.27, 0.11, 0.006],
    }
)


@picture
def test_tornado() -> Figure:
    return tornado(low_and_high(planted(900, 4, seed=1)), labels=LABELS).figure


@picture
def test_sobol_bars() -> Figure:
    unit = sobol.sample(UNIT, 512, calc_second_order=False, seed=1)
    return sobol_bars(sobol_indices(observed(unit, ishigami(unit))), labels=LABELS).figure


@picture
def test_effects() -> Figure:
    unit = morris.sample(UNIT, 20, num_levels=4, seed=1)
    table = elementary_effects(observed(unit, ishigami(unit)))
    return effects(table, labels=LABELS, scale=1.0, unit="its own unit").figure


@picture
def test_correlations() -> Figure:
    return correlations(partial_rank_correlations(planted(900, 6, seed=1)), labels=LABELS).figure


@picture
def test_signpost_skill() -> Figure:
    return signpost_skill(SIGNPOSTS).figure


@picture
def test_heat_map() -> Figure:
    return heat_map(over_two(planted(900, 4, seed=1), "p0", "p1", classes=4), labels=LABELS).figure


@picture
def test_box_limits() -> Figure:
    return box_limits(find_boxes(planted(900, 4, seed=1)).limits, labels=LABELS).figure


@picture
def test_peelings() -> Figure:
    return peelings(find_boxes(planted(900, 4, seed=1)).peelings).figure


def test_a_tornado_goes_from_the_base_to_low_and_high() -> None:
    table = low_and_high(planted(900, 4, seed=1))
    bars = tornado(table, most=2).patches
    assert len(bars) == 4
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    expected = [*table["at_low"].head(2), *table["at_high"].head(2)]
    assert ends == pytest.approx([100 * end for end in expected])


def test_the_first_row_is_on_top_and_has_its_label() -> None:
    ax = correlations(partial_rank_correlations(planted(900, 6, seed=1)), labels={"p0": "Price"})
    top = ax.get_yticklabels()[0].get_text()
    assert top in ("Price", "p1")
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_a_map_says_each_cell_and_leaves_empty_ones_blank() -> None:
    chance = np.random.default_rng(1)
    inputs = np.column_stack([np.repeat([0.0, 1.0], 50), chance.integers(0, 2, 100)])
    inputs = inputs[(inputs[:, 0] == 0) | (inputs[:, 1] == 0)]
    table = over_two(observed(inputs, np.full(len(inputs), 0.25), is_share=True), "p0", "p1")
    texts = [text.get_text().split("\n")[0] for text in heat_map(table).texts]
    assert texts == ["25.0"] * 3


def test_without_a_box_the_picture_says_so() -> None:
    chance = np.random.default_rng(2)
    found = find_boxes(observed(chance.random((500, 5)), chance.random(500) < 0.2, is_share=True))
    assert [text.get_text() for text in box_limits(found.limits).texts] == ["No box was found"]
    assert peelings(found.peelings).lines


def test_an_open_side_of_a_box_has_no_number() -> None:
    found = find_boxes(planted(900, 4, seed=1))
    texts = [text.get_text().strip() for text in box_limits(found.limits).texts]
    expected = found.limits[["low", "high"]].stack().dropna()
    assert sorted(texts) == sorted(f"{number:.3g}" for number in expected)

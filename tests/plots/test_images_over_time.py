"""Plots of when, who and on which way against pictures of them; see `tests/pictures.py`."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from pictures import picture

from wargame.analysis.incidence import event_incidence, outcome_incidence
from wargame.analysis.payoffs import payoffs_by_outcome
from wargame.analysis.responses import responses
from wargame.analysis.spells import spell_survival
from wargame.analysis.trajectories import by_outcome
from wargame.experiment import Results
from wargame.plots import incidence as incidence_plots
from wargame.plots.by_outcome import fan_by_outcome
from wargame.plots.payoffs import payoffs_by_outcome as payoff_plot
from wargame.plots.policies import policy_streams
from wargame.plots.responses import responses as heat_map
from wargame.plots.spells import spell_survival as survival_plot
from wargame.plots.style import colours, new_figure, style
from wargame.report.analyses import ANALYSES
from wargame.report.analyses.findings import Question, Source

COLUMN = 3.4
"""Inches: the column of a journal."""


@pytest.fixture(scope="module")
def many(synthetic: ModuleType) -> Results:
    """A run of which many episodes were kept in full, so that there is something to see by outcome."""
    run = synthetic.synthetic_run(1200, variables=5, horizon=12, actors=2, sampled=400)
    return Results.collect(run.layout, run.blocks(1200), synthetic.synthetic_manifest())


@pytest.fixture(scope="module")
def source(many: Results, tmp_path_factory: pytest.TempPathFactory) -> Source:
    return Source(many.save(tmp_path_factory.mktemp("run") / "many"))


def drawn(source: Source, analysis: str, figure: str, **asked: str | int) -> Figure:
    """A figure of `wargame analyse`, as it is written."""
    one = next(one for one in ANALYSES if one.name == analysis)
    with style():
        return one.find(source, Question(**asked)).figures[figure]()  # type: ignore[arg-type]


# ---- plots by themselves -------------------------------------------------------------------------


@picture
def test_outcome_incidence(many: Results) -> Figure:
    labels = many.labels
    return incidence_plots.outcome_incidence(
        outcome_incidence(many.episodes),
        labels=labels.outcomes,
        colours=colours(many.layout.outcomes),
        turns=labels.turns,
    ).figure


@picture
def test_outcome_incidence_in_a_column(many: Results) -> Figure:
    ax = new_figure(COLUMN, 2.6).add_subplot()
    table = outcome_incidence(many.episodes)
    incidence_plots.outcome_incidence(table, ax, turns=many.labels.turns)
    return ax.figure


@picture
def test_incidence_where_nothing_ends_early() -> Figure:
    episodes = pd.DataFrame({"outcome": ["drift"] * 9 + ["peace"], "length": [8] * 10})
    return incidence_plots.outcome_incidence(outcome_incidence(episodes)).figure


@picture
def test_event_incidence() -> Figure:
    chance = np.random.default_rng(6)
    first, second = chance.geometric(0.1, 300) - 1.0, chance.geometric(0.03, 300) - 1.0
    first[first >= 20], second[second >= 20] = np.nan, np.nan
    episodes = pd.DataFrame(
        {"outcome": "drift", "length": 20, "metric.crisis": first, "metric.nuclear_test": second}
    )
    return incidence_plots.event_incidence(event_incidence(episodes, ["crisis", "nuclear_test"])).figure


@picture
def test_fan_by_outcome(many: Results) -> Figure:
    labels, sample = many.labels, many.sample
    return fan_by_outcome(
        by_outcome(sample, many.episodes),
        variable="trust",
        label=labels.variables["trust"],
        unit="index",
        outcomes=["limited_war", "freeze_deal", "status_quo"],
        labels=labels.outcomes,
        colours=colours(many.layout.outcomes),
        turns=labels.turns,
        episode=sample[sample["episode"] == 3],
    ).figure


@picture
def test_fan_by_outcome_in_a_column(many: Results) -> Figure:
    ax = new_figure(COLUMN, 2.8).add_subplot()
    table = by_outcome(many.sample, many.episodes)
    fan_by_outcome(
        table, ax, variable="trust", outcomes=["limited_war", "status_quo"], turns=many.labels.turns
    )
    return ax.figure


@picture
def test_responses(many: Results) -> Figure:
    table = responses(many.sample_plays, actor="rok", after="us")
    return heat_map(table, labels=many.labels.policies).figure


@picture
def test_payoffs(many: Results) -> Figure:
    table = payoffs_by_outcome(many.episodes)
    return payoff_plot(table, actor="rok", labels=many.labels.outcomes).figure


@picture
def test_spell_survival(many: Results) -> Figure:
    return survival_plot(spell_survival(many.sample_plays), labels=many.labels.actors).figure


@picture
def test_policy_streams(many: Results) -> Figure:
    labels = many.labels
    panels = policy_streams(many.policies(), labels=labels.policies, actors=labels.actors, turns=labels.turns)
    return panels[0].figure


# ---- figures as `wargame analyse` writes them ----------------------------------------------------


@picture
def test_analysis_incidence(source: Source) -> Figure:
    return drawn(source, "incidence", "incidence")


@picture
def test_analysis_trajectory(source: Source) -> Figure:
    return drawn(source, "trajectories", "trajectory-trust", variable="trust", episode=3)


@picture
def test_analysis_policies(source: Source) -> Figure:
    return drawn(source, "policies", "policies")


@picture
def test_analysis_spells(source: Source) -> Figure:
    return drawn(source, "policies", "spells")


@picture
def test_analysis_responses(source: Source) -> Figure:
    return drawn(source, "responses", "responses-rok-to-us", actor="rok", after="us")


@picture
def test_analysis_payoffs(source: Source) -> Figure:
    return drawn(source, "payoffs", "payoffs-rok")


NEED_WHAT_IS_NOT_KNOWN = {"variance", "sensitivity", "tornado", "heatmap", "discover"}
"""They ask runs or designs in which parameters were drawn, which this synthetic run has not; see test_cli_drivers."""


@pytest.mark.parametrize("analysis", [one.name for one in ANALYSES if one.name not in NEED_WHAT_IS_NOT_KNOWN])
def test_nothing_is_drawn_beyond_the_edge(source: Source, analysis: str) -> None:
    one = next(one for one in ANALYSES if one.name == analysis)
    with style():
        for name, draw in one.find(source, Question()).figures.items():
            figure = draw()
            box = figure.get_tightbbox()
            width, height = figure.get_size_inches()
            assert min(box.x0, box.y0) >= 0, name
            assert box.x1 <= width, name
            assert box.y1 <= height, name

"""The summary of an experiment on one screen: what the arms change, how sure that is, what pairing was worth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from wargame.cli.stop_summary import stop_line
from wargame.cli.tables import records
from wargame.experiment.display import percent
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.files import Experiment
from wargame.report.page import Page, grid, line
from wargame.report.wording import number, short

__all__ = ["saved", "summary"]

SWITCHES = 6
"""So many switches of outcome are shown for an arm."""


def summary(results: ExperimentResults, seconds: float) -> Page:
    """The experiment in words and tables."""
    return Page(_summary(results, seconds))


def saved(folder: Path, tables: list[str], drawn: list[str]) -> Page:
    """Where the experiment was saved, with its tables and figures."""
    return Page(_saved(folder, tables, drawn))


def _summary(results: ExperimentResults, seconds: float) -> Iterator[RenderableType]:
    asked = results.experiment
    yield Text(asked.title or asked.name, style="bold")
    yield line(("Question: ", "bold"), asked.question)
    yield line(("Hypothesis: ", "bold"), asked.hypothesis)
    if asked.answer:
        yield line(("Answer found before: ", "bold"), asked.answer)
    points = f" ({len(asked.design)} points × {asked.episodes:,})" if asked.design is not None else ""
    yield line(
        f"{_arms(len(results.names))} of {results.episodes:,} episodes{points}, seed {asked.seed}",
        (f"  ({seconds:.1f} s)", "dim"),
    )
    yield from _stopped(results)
    yield from _values(results)
    if len(results.names) > 1:
        for name in results.names:
            if name != asked.baseline:
                yield from _difference(results, name)
        yield from _factors(results)
    yield Text()
    yield line((_note(results), "italic"))


def _stopped(results: ExperimentResults) -> Iterator[RenderableType]:
    """Whether the stop rule's target was met, and how the looks were paid for."""
    if results.plan is not None:
        yield stop_line(results.plan, results.looks)


def _arms(count: int) -> str:
    return "1 arm" if count == 1 else f"{count} arms"


def _values(results: ExperimentResults) -> Iterator[RenderableType]:
    """How the arms end: the range over what is not known first, where there is one."""
    table = results.values()
    outcomes = table[(table["kind"] == "outcome") & table["name"].isin(_names(results.experiment, "outcome"))]
    if outcomes.empty:
        return
    has_range = "range_low" in outcomes
    range_title = ["nine points in ten>!"] if has_range and _is_sample(results) else ["least to greatest>!"]
    columns = range_title if has_range else []
    shown = grid("outcome", "arm", *columns, "share>!", f"{_level(results)} interval!")
    for name, rows in outcomes.groupby("name", sort=False):
        for place, row in enumerate(records(rows)):
            title = short(results.experiment.scenario.outcomes[str(name)].title) if not place else ""
            cells = [title, _arm(results, str(row["arm"]))]
            if has_range:
                cells.append(f"{percent(float(row['range_low']))} to {percent(float(row['range_high']))}")
            shown.add_row(*cells, percent(float(row["value"])), _shares(row))
    yield Padding(shown, (1, 0, 0, 2))


def _difference(results: ExperimentResults, arm: str) -> Iterator[RenderableType]:
    """One arm against the baseline."""
    comparison, asked = results.comparison, results.experiment
    table = comparison.differences
    table = table[(table["arm"] == arm) & table["name"].isin(_shown(asked))]
    yield Text()
    base = _arm(results, asked.baseline)
    yield line((_arm(results, arm), "bold"), f" less {base}: ", *_switched(results, arm))
    shown = grid("what", "difference>!", f"{_level(results)} interval!", "of independent runs!", "factor>!")
    for row in records(table):
        shown.add_row(_title(asked, row), *_cells(row))
    yield Padding(shown, (0, 0, 0, 2))


def _switched(results: ExperimentResults, arm: str) -> list[str]:
    comparison = results.comparison
    pairs, switched = comparison.pairs[arm], comparison.switched(arm)
    if not switched:
        return [f"no episode of {pairs:,} ends otherwise"]
    rows = comparison.switches[comparison.switches["arm"] == arm]
    listed = [f"{row['from']} → {row['to']} {row['n']:,}" for row in records(rows.head(SWITCHES))]
    more = f", {len(rows) - SWITCHES} other ways" if len(rows) > SWITCHES else ""
    return [f"{switched:,} of {pairs:,} episodes end otherwise: {', '.join(listed)}{more}"]


def _factors(results: ExperimentResults) -> Iterator[RenderableType]:
    factors = results.comparison.factors()
    shown = grid("arm", "kind", "worst factor>!", "in", "median>!")
    for row in records(factors):
        cells = [_factor(float(row["worst"])), str(row["name"]), _factor(float(row["median"]))]
        shown.add_row(_arm(results, str(row["arm"])), str(row["kind"]), *cells)
    yield Text()
    yield line(("What pairing was worth: ", "bold"), "squared widths of unpaired over paired intervals")
    yield Padding(shown, (0, 0, 0, 2))


def _note(results: ExperimentResults) -> str:
    if _is_sample(results):
        return (
            "The range over what is not known comes first: nine points in ten, with chance taken out. Intervals are of "
            "means over all points; their unit is the point. What the ranges leave out is in neither."
        )
    if results.sweeps:
        return "The points are a design and not a sample: their spread is no probability."
    drawn = (
        " Parameters were drawn anew for every episode, the same in every arm."
        if results.experiment.uncertain
        else ""
    )
    return (
        "Intervals are for chance alone, each by itself; arms share their draws. What is not known about the world is "
        f"not in them.{drawn}"
    )


def _is_sample(results: ExperimentResults) -> bool:
    return results.experiment.design is not None and results.experiment.design.is_sample


def _level(results: ExperimentResults) -> str:
    return f"{100 * results.level:.4g} %"


def _arm(results: ExperimentResults, name: str) -> str:
    return results.experiment.arms[name].title


def _shown(asked: Experiment) -> list[str]:
    return list(asked.shown or asked.scenario.outcomes)


def _names(asked: Experiment, kind: str) -> list[str]:
    known = asked.scenario.outcomes if kind == "outcome" else asked.scenario.metrics
    return [name for name in _shown(asked) if name in known]


def _title(asked: Experiment, row: dict[str, Any]) -> str:
    scenario, name = asked.scenario, str(row["name"])
    if row["kind"] == "outcome":
        return short(scenario.outcomes[name].title)
    if row["kind"] == "payoff":
        return f"payoff of {scenario.actors[name].title}"
    metric = scenario.metrics[name]
    unit = f" [{metric.unit}]" if metric.unit not in ("", "number") else ""
    return short(metric.title) + unit


def _cells(row: dict[str, Any]) -> list[str]:
    """Differences of shares in percentage points, others as they are."""
    scale = 100.0 if row["kind"] == "outcome" else 1.0
    unit = " pp" if row["kind"] == "outcome" else ""
    numbers = {
        name: number(scale * float(row[name]))
        for name in ("difference", "low", "high", "unpaired_low", "unpaired_high")
    }
    return [
        numbers["difference"] + unit,
        f"{numbers['low']} to {numbers['high']}",
        f"{numbers['unpaired_low']} to {numbers['unpaired_high']}",
        _factor(float(row["factor"])),
    ]


def _factor(factor: float) -> str:
    if factor != factor:
        return "–"
    return "∞" if factor == float("inf") else f"{factor:.1f}"


def _shares(row: dict[str, Any]) -> str:
    low, high = float(row["low"]), float(row["high"])
    return "–" if low != low else f"{percent(low)} to {percent(high)}"


def _saved(folder: Path, tables: list[str], drawn: list[str]) -> Iterator[RenderableType]:
    yield Text()
    yield line("Saved in ", (str(folder), "bold"), f": {', '.join(tables)}, arms/")
    if drawn:
        yield line(f"Figures in {folder / 'figures'}: ", ", ".join(drawn), ("  (.png, .svg)", "dim"))

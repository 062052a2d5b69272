"""The summary of a run on one screen: how episodes ended, with intervals, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from wargame.cli.tables import json_rows
from wargame.experiment.display import percent
from wargame.experiment.results import Results
from wargame.report.page import Page, grid, indented, line
from wargame.report.wording import number, short, steps
from wargame.scenario.scenario import Scenario

__all__ = ["as_json", "saved", "summary"]

HEADLINES = 12
"""So many metrics are shown."""

BAR = 20
"""Columns of a bar that stands for all episodes."""

EIGHTHS = " ▏▎▍▌▋▊▉"


def summary(results: Results, scenario: Scenario, seconds: float, *, resumed: bool = False) -> Page:
    """The run in words and tables; how many episodes a second it played is not told of a run that was resumed."""
    sections = (
        _head(results, scenario, seconds, resumed=resumed),
        _outcomes(results),
        _metrics(results, scenario),
        _note(results),
    )
    return Page(part for section in sections for part in section)


def _head(results: Results, scenario: Scenario, seconds: float, *, resumed: bool) -> Iterator[RenderableType]:
    manifest = results.manifest
    yield Text(scenario.title or scenario.name, style="bold")
    per_second = f", {len(results) / seconds:,.0f} a second" if seconds >= 1 and not resumed else ""
    yield line(
        f"{len(results):,} episode{'s' if len(results) > 1 else ''} of up to {steps(scenario, scenario.horizon)}, "
        f"seed {manifest['seed']}, digest {results.digest[:16]}",
        (f"  ({seconds:.1f} s{per_second})", "dim"),
    )
    changes = manifest["scenario"]["overrides"]
    if changes:
        yield line(("Changed: ", "bold"), ", ".join(f"{path} = {value}" for path, value in changes.items()))
    if manifest["orders"]:
        yield line(("Orders: ", "bold"), ", ".join(manifest["orders"]), _blocked(results))
    if manifest["uncertain"]:
        count = sum(name.startswith("parameters.") for name in results.layout.sampled)
        drawn = f"{count} parameter{'s were' if count != 1 else ' was'} drawn anew for every episode"
        yield line(
            ("Uncertain: ", "bold"), drawn if count else "no parameter has a distribution to draw from"
        )
    for warning in scenario.warnings:
        yield line(("Warning: ", "bold yellow"), warning)
    if results.failed:
        first = results.failures.iloc[0]["text"]
        yield line(
            (f"{results.failed:,} failed", "bold red"), " and are left out of everything below; the first:"
        )
        yield indented(Text(str(first)))


def _blocked(results: Results) -> Text:
    blocked = results.orders_blocked
    if not blocked:
        return Text()
    return Text(f" (not carried out, for want of the policy, in {blocked:,} episodes)", style="yellow")


def _outcomes(results: Results) -> Iterator[RenderableType]:
    if not results.completed:
        return
    table = grid("outcome", "episodes>!", "share>!", "95 % interval!", "")
    table.columns[4].no_wrap = True
    for row in results.outcomes().to_dict("records"):
        share, low, high = (float(row[name]) for name in ("share", "low", "high"))
        label = short(results.labels.outcomes[str(row["outcome"])])
        interval = f"{percent(low)} to {percent(high)}"
        table.add_row(label, f"{row['n']:,}", percent(share), interval, Text(_bar(share), style="cyan"))
    yield Padding(table, (1, 0, 0, 2))


def _bar(share: float) -> str:
    whole, rest = divmod(round(share * BAR * 8), 8)
    return "█" * whole + (EIGHTHS[rest] if rest else "")


def _metrics(results: Results, scenario: Scenario) -> Iterator[RenderableType]:
    if not results.layout.metrics or not results.completed:
        return
    lowest, highest, span = (
        ("q05", "q95", "nine in ten episodes!") if results.keeps_episodes else ("min", "max", "all episodes!")
    )
    table = grid("metric", "mean>!", "95 % interval of it!", span)
    for row in results.metrics().head(HEADLINES).to_dict("records"):
        metric = scenario.metrics[str(row["metric"])]
        unit = f" [{metric.unit}]" if metric.unit not in ("", "number") else ""
        if row["missing"]:
            unit += f" (in {row['n']:,} episodes)"
        title = Text.assemble(short(metric.title), (unit, "dim"))
        cells = ("–", "–", "–")
        if row["n"]:
            cells = (
                number(float(row["mean"])),
                _interval(float(row["low"]), float(row["high"])),
                _interval(float(row[lowest]), float(row[highest])),
            )
        table.add_row(title, *cells)
    yield Padding(table, (1, 0, 0, 2))
    hidden = len(results.layout.metrics) - HEADLINES
    if hidden > 0:
        yield line((f"and {hidden} more in metrics.csv", "dim"), indent=2)


def _interval(low: float, high: float) -> str:
    if low != low or high != high:
        return "–"
    return f"{number(low)} to {number(high)}"


def _note(results: Results) -> Iterator[RenderableType]:
    yield Text()
    if results.manifest["uncertain"]:
        text = (
            "Intervals are for chance alone. Drawing the parameters spreads the episodes, but what is not known about "
            "the world is wider than the ranges the scenario states, and not in the intervals; wargame sweep --lhs "
            "tells the two apart."
        )
    else:
        text = (
            "Intervals are for chance alone, the error of having played n episodes: what is not known about the world "
            "is not in them; see --uncertain."
        )
    yield line((text, "italic"))


def saved(folder: Path, drawn: list[str]) -> Page:
    """Where the run was saved, and what to look at next."""
    parts = [Text(), line("Saved in ", (str(folder), "bold"))]
    if drawn:
        parts.append(
            line(f"Figures in {folder / 'figures'}: ", (", ".join(drawn), ""), ("  (.png, .svg)", "dim"))
        )
    parts.append(line("One episode as a story: ", (f"wargame replay {folder} 0", "cyan")))
    return Page(parts)


def as_json(results: Results, folder: Path, drawn: list[str], seconds: float) -> dict[str, Any]:
    """The summary for machines. Missing numbers are null."""
    manifest = results.manifest
    return {
        "scenario": manifest["name"],
        "title": manifest["title"],
        "episodes": len(results),
        "failed": results.failed,
        "seed": manifest["seed"],
        "digest": results.digest,
        "overrides": manifest["scenario"]["overrides"],
        "orders": manifest["orders"],
        "episodes_with_blocked_orders": results.orders_blocked,
        "uncertain": manifest["uncertain"],
        "engine": manifest["engine"],
        "seconds": round(seconds, 3),
        "mean_length": results.mean_length if results.completed else None,
        "outcomes": json_rows(results.outcomes()) if results.completed else [],
        "metrics": json_rows(results.metrics()) if results.completed else [],
        "failures": [str(text) for text in results.failures["text"].head(10)] if results.failed else [],
        "intervals": "95 %, for chance alone",
        "folder": str(folder),
        "figures": drawn,
    }

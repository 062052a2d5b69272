"""The tables of docs/korea-findings.md, each a text in Markdown made from what was played."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from plays import THRESHOLDS, Played
from wording import percent, signed, theory_table

import wargame
from wargame.experiment.files import load_experiment

ALLIANCE = ("drift", "modernized", "imposed", "own programme", "rupture")
SECURITY = ("no grave crisis", "detente", "grave crisis", "war", "nuclear use")
OF_EACH_CAPITAL = 4
DRIVERS = 5
THEORIES = (
    ("final_declared_role", "declared role at the end"),
    ("rupture", "rupture"),
    ("modernized_alliance", "modernized alliance"),
    ("imposed_realignment", "imposed realignment"),
    ("korean_bomb", "South Korean programme"),
    ("war", "war"),
    ("final_consent", "consent at the end"),
    ("final_entrapment", "fear of entrapment at the end"),
    ("final_abandonment", "fear of abandonment at the end"),
    ("final_taiwan_deterrence", "deterrence over Taiwan at the end"),
    ("final_peninsular_deterrence", "deterrence of Pyongyang at the end"),
)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def baseline(played: Played) -> str:
    """How episodes end: the range over what is not known, then the centre with chance."""
    scenario = wargame.load("korea-2025")
    spread = played.spread.set_index("name")
    rows = []
    for row in played.baseline.to_dict("records"):
        over = spread.loc[row["outcome"]]
        rows.append(
            [
                scenario.outcomes[row["outcome"]].title,
                f"{percent(over['range_low'])} to {percent(over['range_high'])}",
                f"{percent(over['mean'])} ({percent(over['low'])} to {percent(over['high'])})",
                f"{percent(row['share'], 2)} ({percent(row['low'], 2)} to {percent(row['high'], 2)})",
            ]
        )
    return markdown(["outcome", "nine points in ten", "mean over points", "at the central values"], rows)


def crossed(played: Played) -> str:
    """Alliance result by security result, in per cent of all episodes."""
    table = played.crossed.dropna()
    n = len(table)
    counts = pd.crosstab(table["metric.alliance_result"], table["metric.security_result"])
    rows = []
    for place, name in enumerate(ALLIANCE):
        cells = [int(counts.get(column, {}).get(place, 0)) for column in range(len(SECURITY))]
        rows.append([name, *(percent(cell / n, 2) for cell in cells), percent(sum(cells) / n, 2)])
    return markdown(["alliance \\ security", *SECURITY, "all"], rows)


def thresholds(played: Played) -> str:
    """Outcome shares with each threshold moved by a fifth."""
    scenario = wargame.load("korea-2025")
    names = list(scenario.outcomes)
    shares = {key: table.set_index("outcome")["share"] for key, table in played.thresholds.items()}
    centre = shares["", 1.0]
    rows = [["as in the file", "", *(percent(centre[name]) for name in names)]]
    for threshold in THRESHOLDS:
        for factor in (0.8, 1.2):
            label = scenario.parameters[threshold].title
            moved = shares[threshold, factor]
            rows.append([label, f"× {factor}", *(percent(moved[name]) for name in names)])
    return markdown(["threshold", "", *(scenario.outcomes[name].title for name in names)], rows)


def wars(played: Played) -> str:
    """War and nuclear use a year at the three stated scales."""
    rows = []
    for scale, episodes in played.wars.items():
        years = float(episodes["length"].sum()) / 4
        cells = []
        for ends in (("war", "nuclear_use"), ("nuclear_use",)):
            count = int(episodes["outcome"].isin(ends).sum())
            # The count of rare events is nearly Poisson's.
            cells.append(f"{percent(count / years, 2)} ± {percent(1.96 * count**0.5 / years, 2)}")
        rows.append([f"{scale:g}", *cells, f"{len(episodes):,}"])
    return markdown(["`war_scale`", "war a year", "nuclear use a year", "episodes"], rows)


def lines(played: Played) -> str:
    """Of each capital the main efforts that move outcomes most."""
    scenario = wargame.load("korea-2025")
    rows = []
    table = played.distances.sort_values("distance", ascending=False, kind="stable")
    for actor in scenario.actors.values():
        own = table[table["arm"].str.startswith(f"{actor.name}-")].head(OF_EACH_CAPITAL)
        for row in own.to_dict("records"):
            policy = actor.policies[row["arm"].removeprefix(f"{actor.name}-")]
            rows.append(
                [
                    actor.title,
                    policy.title.split(" (")[0],
                    f"{row['range_low']:.2f} to {row['range_high']:.2f}",
                    f"{row['distance']:.2f} ({row['low']:.2f} to {row['high']:.2f})",
                    _most_moved(played, row["arm"]),
                    _of(played, row["arm"], "war"),
                ]
            )
    head = ["capital", "line held 2026-27", "nine points in ten", "distance (chance)", "moves most", "war"]
    return markdown(head, rows)


def theories(played: Played) -> str:
    """For each line of Washington and number, in how many combinations it is higher or lower, and what turns it."""
    found = theory_table(played)
    arms = load_experiment("which-theory").arms
    rows = []
    for name, label in THEORIES:
        for arm in ("widen", "cut", "reassure"):
            row = found.loc[(arm, name)]
            share = row["kind"] == "outcome"
            rows.append(
                [
                    label,
                    arms[arm].title.split(" for ")[0],
                    *(percent(row[side], 0) for side in ("higher", "lower", "open")),
                    f"{signed(row['least'], share)} to {signed(row['greatest'], share)}",
                    f"`{row['switch'].removeprefix('parameters.')}` ({percent(row['weight'], 0)}): "
                    f"{signed(row['at_low'], share)}, {signed(row['at_high'], share)}",
                ]
            )
    head = ["number", "line, against hold", "higher", "lower", "open", "least to greatest", "what turns it"]
    return markdown(head, rows)


def drivers(played: Played) -> str:
    """For each headline outcome the judgements that it goes with most."""
    scenario = wargame.load("korea-2025")
    rows = []
    for name, table in played.drivers.items():
        names = table["parameter"].str.removeprefix("parameters.")
        judged = [bool(scenario.parameters[one].judgement) for one in names]
        for row in table[judged].head(DRIVERS).to_dict("records"):
            short = row["parameter"].removeprefix("parameters.")
            ends = f"{signed(row['swing_low'], True)} to {signed(row['swing_high'], True)}"
            of_rank = f"{signed(row['low'], False)} to {signed(row['high'], False)}"
            rows.append(
                [
                    scenario.outcomes[name].title,
                    f"{scenario.parameters[short].title} (`{short}`)",
                    f"{percent(row['at_low'])} to {percent(row['at_high'])}",
                    f"{signed(row['swing'], True)} ({ends})",
                    f"{signed(row['correlation'], False)} ({of_rank})",
                ]
            )
    return markdown(
        ["outcome", "judgement", "lowest to highest fifth", "swing, pp", "rank correlation"], rows
    )


def _most_moved(played: Played, arm: str) -> str:
    table = played.lines.differences
    own = table[(table["arm"] == arm) & (table["kind"] == "outcome") & (table["name"] != "managed_drift")]
    return _of(played, arm, str(own.loc[own["difference"].abs().idxmax(), "name"]), named=True)


def _of(played: Played, arm: str, name: str, *, named: bool = False) -> str:
    over, found = (
        table[(table["arm"] == arm) & (table["name"] == name)].iloc[0]
        for table in (played.lines.over, played.lines.differences)
    )
    title = f"{wargame.load('korea-2025').outcomes[name].title}: " if named else ""
    low, high, centre = over["range_low"], over["range_high"], found["difference"]
    return f"{title}{signed(low, True)} to {signed(high, True)} ({signed(centre, True)})"


TABLES: dict[str, Callable[[Played], str]] = {
    "baseline": baseline,
    "crossed": crossed,
    "thresholds": thresholds,
    "wars": wars,
    "drivers": drivers,
    "lines": lines,
    "theories": theories,
}

"""What one actor does after another has done something."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.refusals import NotForThis
from wargame.analysis.responses import response_table
from wargame.experiment.labels import Labels
from wargame.plots.figures import WIDTH, frame, which_run
from wargame.plots.responses import responses as heat_map
from wargame.plots.style import new_figure
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import at_level, between_shares, once, share, short_labels

__all__ = ["find"]

TOGETHER = (
    "What goes together: the state that made one actor move may have moved the other as well. Episodes are what the "
    "intervals count, not turns. Where nothing differs, one in twenty looks as if it did at 95 %."
)


def find(source: Source, question: Question) -> Findings:
    """The answers of `actor` to the policies of `after`, each of which may be left open; `lag` turns later."""
    results, labels = source.results, short_labels(source.results.labels)
    actors = results.layout.actors
    if len(actors) < 2:
        raise NotForThis("an answer takes two actors, and this scenario has fewer", "Ask for policies.")
    actor = source.known("actor", question.actor, actors)
    after, _, policy = (question.after or "").partition("=")
    source.known("actor to answer", after or None, actors)
    if policy:
        own = [name.split(".", 1)[1] for name in results.layout.policies if name.startswith(f"{after}.")]
        source.known(f"policy of {after}", policy, own)
    table = _in_order(
        response_table(source.plays, lag=question.lag, level=question.level), results.layout.policies
    )
    chosen = table
    for column, wanted in (("actor", actor), ("after_actor", after), ("after", policy)):
        chosen = chosen[chosen[column] == wanted] if wanted else chosen
    clear = _strongest(chosen)
    shown = chosen if policy and actor else clear.head(question.shown)
    sheets = [
        Sheet(
            name="responses",
            title=_title(question.lag, shown, clear, everything=bool(policy and actor)),
            table=chosen.reset_index(drop=True),
            view=_view(shown, labels),
        )
    ]
    pairs = _pairs(chosen, clear, limit=None if actor or after else 1)
    figures = {
        f"responses-{one}-to-{other}": partial(_figure, source, question, table, one, other)
        for one, other in pairs
    }
    return Findings(sheets=tuple(sheets), figures=figures, notes=(source.sample_note(), TOGETHER))


def _in_order(table: pd.DataFrame, policies: tuple[str, ...]) -> pd.DataFrame:
    """The rows in the order of the scenario."""
    places = {name: place for place, name in enumerate(policies)}
    first = (table["after_actor"].astype(str) + "." + table["after"].astype(str)).map(places)
    second = (table["actor"].astype(str) + "." + table["policy"].astype(str)).map(places)
    order = pd.DataFrame({"first": first, "second": second}).sort_values(["first", "second"]).index
    ordered = table.loc[order]
    # One actor's answers together.
    return ordered.sort_values("actor", kind="stable", key=lambda names: names.map(_rank(policies)))


def _rank(policies: tuple[str, ...]) -> dict[str, int]:
    actors = dict.fromkeys(name.split(".", 1)[0] for name in policies)
    return {name: place for place, name in enumerate(actors)}


def _strongest(table: pd.DataFrame) -> pd.DataFrame:
    """The answers whose difference from otherwise is surely not nil, the largest first."""
    clear = table[(table["difference_low"] > 0) | (table["difference_high"] < 0)]
    order = clear["difference"].abs().sort_values(ascending=False, kind="stable").index
    return clear.loc[order]


def _title(lag: int, shown: pd.DataFrame, clear: pd.DataFrame, *, everything: bool) -> str:
    if everything:
        return f"What is played {_when(lag)}"
    return (
        f"What differs most {_when(lag)} ({len(shown):,} of {len(clear):,} differences that are clear of nil)"
    )


def _when(lag: int) -> str:
    return "in the same turn" if lag == 0 else "a turn later" if lag == 1 else f"{lag} turns later"


def _view(table: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    rows = []
    for row in table.to_dict("records"):
        cause, answer = f"{row['after_actor']}.{row['after']}", f"{row['actor']}.{row['policy']}"
        rows.append(
            {
                "after": f"{labels.actors[row['after_actor']]}: {labels.policies[cause]}",
                "then": f"{labels.actors[row['actor']]}: {labels.policies[answer]}",
                "of turns>!": f"{row['total']:,}",
                "share>!": share(row["share"]),
                "interval!": between_shares(row),
                "otherwise>!": share(row["otherwise"]),
            }
        )
    return once(rows, "after")


def _pairs(chosen: pd.DataFrame, clear: pd.DataFrame, limit: int | None) -> list[tuple[str, str]]:
    """The pairs of actors to draw: those asked for, or that with the largest difference."""
    rows = chosen if limit is None or clear.empty else clear
    found = list(dict.fromkeys(zip(rows["actor"], rows["after_actor"], strict=True)))
    return found[:limit]


def _figure(source: Source, question: Question, table: pd.DataFrame, actor: str, after: str) -> Figure:
    labels = short_labels(source.results.labels)
    rows = table[(table["actor"] == actor) & (table["after_actor"] == after)]
    figure = new_figure(WIDTH, 2.9 + 0.27 * rows["after"].nunique(), laid_out=False)
    heat_map(rows, figure.add_subplot(), labels=labels.policies)
    one, other = labels.actors[actor], labels.actors[after]
    when = _when(question.lag)
    note = (
        f"Rows: what {other} played; figures: in how many per cent of these turns {one} played the column's policy "
        f"{when}. Bold and coloured where the difference from the other rows is clear of nil "
        f"({at_level(question.level)}, episodes as clusters; luck makes some look so). What goes together, not what "
        f"causes what. {source.sample_note()}"
    )
    frame(figure, f"What {one} does {when}, after what {other} did", which_run(source.results), note)
    return figure

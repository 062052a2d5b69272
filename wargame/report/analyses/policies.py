"""Who played what, when, and for how long."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.policies import policy_shares
from wargame.analysis.refusals import NotForThis
from wargame.analysis.spells import spell_lengths, spell_survival
from wargame.engine.block import Layout
from wargame.experiment.labels import Labels
from wargame.plots.figures import WIDTH, frame, which_run
from wargame.plots.policies import policy_streams, streams_height
from wargame.plots.spells import spell_survival as survival_plot
from wargame.plots.style import colours, new_figure
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import at_level, between, once, share, short_labels
from wargame.report.wording import number

__all__ = ["find"]


def find(source: Source, question: Question) -> Findings:
    """Shares of policies over time, and spells; of one actor if it is named."""
    results, labels = source.results, short_labels(source.results.labels)
    actors = results.layout.actors
    if not actors:
        raise NotForThis("this scenario has no actors", "Ask for incidence or outcomes.")
    one = source.known("actor", question.actor, actors)
    table = policy_shares(results.policies(), question.level)
    table = table if one is None else table[table["actor"] == one].reset_index(drop=True)
    sheets = [_shares(table, labels)]
    figures = {"policies": partial(_streams, source, table, labels)}
    notes = ["Shares are of the episodes that played the turn."]
    if len(results.record.sample):
        plays = source.plays if one is None else source.plays[source.plays["actor"] == one]
        lengths = _in_order(spell_lengths(plays, level=question.level), results.layout)
        by_policy = _in_order(spell_lengths(plays, by_policy=True, level=question.level), results.layout)
        survival = _in_order(spell_survival(plays, level=question.level), results.layout)
        sheets += [
            _spells(lengths, labels, "spells", "How long they stay with a policy, in turns"),
            _spells(by_policy, labels, "spells-by-policy", "The same by policy"),
            Sheet(name="spell-survival", table=survival),
        ]
        figures["spells"] = partial(_survival, source, question.level, survival)
        notes += [
            source.sample_note(),
            "Spells that the end of the episode cut short count as far as they were seen to go on (Kaplan and Meier).",
        ]
    return Findings(sheets=tuple(sheets), figures=figures, notes=tuple(notes))


def _shares(table: pd.DataFrame, labels: Labels) -> Sheet:
    """A row for each policy: on the first, the middle and the last turn, and over all turns that were played."""
    last = int(table["turn"].max())
    shown = sorted({0, (last + 1) // 2, last})
    rows = []
    for (actor, policy), group in table.groupby(["actor", "policy"], sort=False):
        at = group.set_index("turn")["share"]
        row = {"actor": labels.actors[str(actor)], "policy": labels.policies[f"{actor}.{policy}"]}
        row |= {f"{labels.turns[turn]}>!": share(at[turn]) for turn in shown}
        row["all turns>!"] = share(group["n"].sum() / max(int(group["running"].sum()), 1))
        rows.append(row)
    return Sheet(name="policies", title="What was played", table=table, view=once(rows, "actor"))


def _spells(table: pd.DataFrame, labels: Labels, name: str, title: str) -> Sheet:
    rows = []
    for row in table.to_dict("records"):
        view = {"actor": labels.actors[str(row["actor"])]}
        if "policy" in row:
            view["policy"] = labels.policies[f"{row['actor']}.{row['policy']}"]
        rows.append(
            view
            | {
                "spells>!": f"{row['spells']:,}",
                "cut>!": share(row["cut"]),
                "median>!": number(float(row["median"])),
                "interval!": between(row),
                "quartiles!": between(row, "q25", "q75"),
            }
        )
    return Sheet(name=name, title=title, table=table, view=once(rows, "actor"))


def _in_order(table: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """The rows in the order of the scenario: by actor, and within one by policy if there is one."""
    if "policy" in table:
        names, order = table["actor"].astype(str) + "." + table["policy"].astype(str), layout.policies
    else:
        names, order = table["actor"].astype(str), layout.actors
    places = {name: place for place, name in enumerate(order)}
    return table.iloc[names.map(places).argsort(kind="stable")].reset_index(drop=True)


def _streams(source: Source, table: pd.DataFrame, labels: Labels) -> Figure:
    results = source.results
    figure = new_figure(WIDTH, streams_height(table) + 0.9, laid_out=False)
    policy_streams(table, figure, labels=labels.policies, actors=labels.actors, turns=labels.turns)
    turns = table.groupby("turn")["running"].first()
    first, last = labels.turns[0], labels.turns[len(turns) - 1]
    note = f"Shares of the episodes that played the turn: {turns.iloc[0]:,} in {first}, {turns.iloc[-1]:,} in {last}."
    frame(figure, "What was played", which_run(results), note)
    return figure


def _survival(source: Source, level: float, table: pd.DataFrame) -> Figure:
    labels = short_labels(source.results.labels)
    figure = new_figure(WIDTH, 4.0, laid_out=False)
    survival_plot(
        table,
        figure.add_subplot(),
        labels=labels.actors,
        colours=colours(source.results.layout.actors),
    )
    note = (
        f"{source.sample_note()} Product-limit estimates (Kaplan and Meier) with {at_level(level)} intervals that take "
        "episodes as clusters; what an actor played before the first turn is not counted."
    )
    frame(figure, "How long actors stay with a policy", which_run(source.results), note)
    return figure

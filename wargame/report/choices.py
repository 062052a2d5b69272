"""The decisions of a turn in words: what an actor saw and expected, how it weighed its policies, what it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.text import Text

from wargame.engine.model import WargameModel
from wargame.engine.trace import Decision
from wargame.report.page import grid, heading, indented, line
from wargame.report.retold import Moment, Turn
from wargame.report.wording import chance, listed, number, short, signed
from wargame.scenario.scenario import Actor, Scenario

__all__ = ["tell_choices"]

COVERED = 0.9
"""Policies are shown until they cover this probability,"""
MOST = 4
"""or until there are so many, unless the one played comes later."""
REASONS = 3
"""So many terms are named for and against a policy."""


def tell_choices(
    model: WargameModel, turn: Turn, only: str | None, brief: bool, terms: bool
) -> Iterator[RenderableType]:
    """Phase by phase, what everybody decided and why."""
    scenario = model.declared
    for phase in scenario.phases:
        decisions = [one for one in turn.decisions if one.phase == phase and only in (None, one.actor)]
        if decisions and len(scenario.phases) > 1 and not brief:
            yield heading(f"Phase: {phase}", level=2)
        for decision in decisions:
            if brief:
                yield _headline(scenario, decision)
            else:
                yield Text()
                yield from _tell(model, turn, decision, terms)


def _tell(model: WargameModel, turn: Turn, decision: Decision, terms: bool) -> Iterator[RenderableType]:
    scenario = model.declared
    actor = scenario.actors[decision.actor]
    yield _headline(scenario, decision)
    for text in (
        _order(model, decision),
        _reason(actor, decision),
        _mind(scenario, decision),
        _percept(scenario, turn.began, decision),
        _seen(scenario, turn, decision),
        _expected(scenario, decision),
        _warning(decision),
    ):
        if text:
            yield indented(text)
    if decision.scores or 0 < max(decision.probabilities.values(), default=1.0) < 1:
        yield indented(
            _every_term(actor, decision) if terms and decision.terms else _options(actor, decision)
        )


def _headline(scenario: Scenario, decision: Decision) -> RenderableType:
    actor = scenario.actors[decision.actor]
    if decision.choice is None:
        return line((actor.title, "bold"), " has no policy available and does nothing.")
    share = decision.probabilities.get(decision.choice)
    why = {
        "order": "by order",
        "repeat": "it does not reconsider this turn",
        "own rule": "by its own Python rule",
    }.get(decision.reason, f"a {chance(share)} choice" if share is not None and share < 1 else "")
    title = actor.policies[decision.choice].title
    note = Text(f"  ({why})" if why else "", style="dim")
    return line((actor.title, "bold"), " → ", (title, "bold cyan"), note)


def _order(model: WargameModel, decision: Decision) -> Text | None:
    """An order that could not be carried out."""
    index = model.orders.on(decision.turn).get(f"{decision.actor}.{decision.phase}")
    if index is None:
        return None
    actor = model.declared.actors[decision.actor]
    ordered = actor.in_phase(decision.phase)[index]
    if ordered.name == decision.choice:
        return None
    return Text(f"It was ordered to play {short(ordered.title)}, which was not available.", style="yellow")


def _reason(actor: Actor, decision: Decision) -> Text | None:
    """What decided among the probabilities."""
    if decision.choice is None or decision.reason != "draw":
        return None
    if max(decision.probabilities.values(), default=1.0) < 1:
        return None
    words = {
        "script": "Its script says so.",
        "doctrine": "Its doctrine says so.",
        "greedy": "The best score.",
    }
    return Text(words.get(actor.decision.rule, "It had no other choice."))


def _percept(scenario: Scenario, began: Moment, decision: Decision) -> Text | None:
    """Where what it sees departs from what is so."""
    wrong = []
    for name, seen in decision.percept.items():
        true = began.state(name)
        if number(seen) != number(true):
            wrong.append(f"{short(scenario.state[name].title)} as {number(seen)} (it is {number(true)})")
    return Text.assemble(("Sees ", "dim"), f"{listed(wrong)}.") if wrong else None


def _seen(scenario: Scenario, turn: Turn, decision: Decision) -> Text | None:
    """What others chose in earlier phases of this turn."""
    earlier = scenario.phases[: scenario.phases.index(decision.phase)]
    known = [
        f"{scenario.actors[one.actor].title}: {short(scenario.actors[one.actor].policies[one.choice].title)}"
        for one in turn.decisions
        if one.phase in earlier and one.choice is not None and one.actor != decision.actor
    ]
    return Text.assemble(("Has seen ", "dim"), f"{'; '.join(known)}.") if known else None


def _mind(scenario: Scenario, decision: Decision) -> Text | None:
    """What is private to the actor in this episode: its type, and the level at which it reasons."""
    told = []
    if decision.type:
        told.append(f"of type {decision.type.replace('_', ' ')}")
    levels = scenario.actors[decision.actor].decision.levels
    if decision.level is not None and levels is not None and len(levels.own) > 1:
        told.append(f"of level {decision.level}" + (" (it does not reason)" if decision.level == 0 else ""))
    return Text.assemble(("Is ", "dim"), f"{listed(told)}.") if told else None


def _warning(decision: Decision) -> Text | None:
    """Where the equilibrium that is expected is not the only one nearby."""
    if not decision.bifurcated:
        return None
    return Text("On the way to the equilibrium it expects, others branched off.", style="yellow")


def _expected(scenario: Scenario, decision: Decision) -> Text | None:
    """The most probable policies of the others, as the actor expects them."""
    told = []
    for name, shares in decision.expectations.items():
        other = scenario.actors[name]
        phases: dict[str, dict[str, float]] = {}
        for policy, share in shares.items():
            phases.setdefault(other.policies[policy].phase, {})[policy] = share
        for expected in phases.values():
            told.append(f"{other.title}: {_likeliest(other, expected)}")
    return Text.assemble(("Expects ", "dim"), f"{'; '.join(told)}.") if told else None


def _likeliest(other: Actor, shares: Mapping[str, float]) -> str:
    possible = {name: share for name, share in shares.items() if share > 0}
    if not possible:
        return "nothing"
    top = max(possible.values())
    if len(possible) > 3 and top - min(possible.values()) < 1e-9:
        return f"any of its {len(possible)} policies alike"
    ranked = sorted(possible.items(), key=lambda pair: -pair[1])
    shown = [f"{short(other.policies[name].title)} {chance(share)}" for name, share in ranked[:3]]
    return ", ".join(shown)


# ---- tables of policies --------------------------------------------------------------------------


def _shown(decision: Decision) -> tuple[list[str], list[str]]:
    """The policies to show, most probable first, and the rest."""
    ranked = sorted(decision.probabilities, key=lambda name: -decision.probabilities[name])
    shown: list[str] = []
    total = 0.0
    for name in ranked:
        if (total >= COVERED and len(shown) >= 2) or len(shown) == MOST:
            break
        shown.append(name)
        total += decision.probabilities[name]
    if decision.choice is not None and decision.choice not in shown:
        shown.append(decision.choice)
    rest = [name for name in ranked if name not in shown]
    if len(rest) == 1:
        return ranked, []
    return shown, rest


def _options(actor: Actor, decision: Decision) -> RenderableType:
    """Policies with their chance, their score and what makes it differ from the average."""
    shown, rest = _shown(decision)
    scored = bool(decision.scores)
    table = grid(
        "",
        "policy",
        "chance>!",
        *(["score>!", "what sets it apart from the average option"] if scored else []),
    )
    table.columns[1].max_width = 34
    for name in shown:
        row: list[RenderableType] = [_mark(decision, name), short(actor.policies[name].title)]
        row.append(chance(decision.probabilities[name]))
        if scored:
            row += [signed(decision.scores[name]), _reasons(actor, decision, name)]
        table.add_row(*row)
    if rest:
        row = ["", Text(f"{len(rest)} others", style="dim")]
        row.append(chance(sum(decision.probabilities[name] for name in rest)))
        if scored:
            scores = [decision.scores[name] for name in rest]
            row += ["", Text(f"scores {signed(min(scores))} to {signed(max(scores))}", style="dim")]
        table.add_row(*row)
    return table


def _mark(decision: Decision, name: str) -> Text:
    return Text("►" if name == decision.choice else "", style="bold cyan")


def _reasons(actor: Actor, decision: Decision, name: str) -> Text:
    """The terms in which a policy differs most from the average of the available ones."""
    averages = {
        term: sum(values[term] for values in decision.terms.values()) / len(decision.terms)
        for term in decision.terms[name]
    }
    gaps = {term: value - averages[term] for term, value in decision.terms[name].items()}
    ranked = sorted(gaps, key=lambda term: -abs(gaps[term]))
    text = Text()
    for term in ranked[:REASONS]:
        if abs(gaps[term]) < 0.005 or abs(gaps[term]) < 0.05 * abs(gaps[ranked[0]]):
            break
        text.append(", " if text else "")
        text.append(signed(gaps[term]), style="green" if gaps[term] > 0 else "red")
        text.append(f" {_term(actor, term)}")
    return text or Text("much like the others", style="dim")


def _term(actor: Actor, term: str) -> str:
    if term in actor.utility:
        return short(actor.utility[term].title)
    return {"cost": "its cost", "continuation": "what comes after"}[term]


def _every_term(actor: Actor, decision: Decision) -> RenderableType:
    """Every term of the score of the policies shown, policies side by side."""
    shown = _shown(decision)[0][: MOST + 1]
    table = grid("term", *(">" for _ in shown))
    for column, name in zip(table.columns[1:], shown, strict=True):
        played, title = name == decision.choice, short(actor.policies[name].title)
        column.header = Text(f"► {title}" if played else title, style="bold cyan" if played else "")
    for term in decision.terms[shown[0]]:
        table.add_row(_term(actor, term), *(signed(decision.terms[name][term], 3) for name in shown))
    table.add_section()
    table.add_row("score", *(signed(decision.scores[name], 3) for name in shown), style="bold")
    table.add_row("chance", *(chance(decision.probabilities[name]) for name in shown), style="bold")
    return table

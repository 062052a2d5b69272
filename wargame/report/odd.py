"""A scenario by the ODD protocol (Grimm et al. 2020, jasss.org/23/2/7.html): its tables, as Markdown.

What the protocol asks for in words (purpose, patterns, design concepts) a file cannot say; docs/odd.md says it for the
Korea scenario and points to these tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wargame.report.markdown import code, heading, table, words
from wargame.report.odd_cells import basis_cell, effects_cell, formula_cell, names_cell
from wargame.report.odd_decisions import decisions
from wargame.report.parts import bounds, start
from wargame.report.wording import distribution_in_words, draw_in_words, own_policies, steps
from wargame.scenario.evidence import audit
from wargame.scenario.scenario import Actor, CalendarEntry, NatureItem, Outcome, Scenario

__all__ = ["odd_tables"]


def odd_tables(scenario: Scenario) -> str:
    """The tables of an ODD description: entities, schedule, decisions, chance, parameters, observation.

    Markdown, in the order of the protocol. Whatever stands in a formula of the file is quoted as it is written there.
    """
    lines = [
        f"# {scenario.title or scenario.name}: tables by the ODD protocol",
        "",
        f"Written by `wargame odd {scenario.name}` from the scenario file; change that, not this page.",
    ]
    if scenario.source.overrides:
        changes = (code(f"{path} = {value}") for path, value in scenario.source.overrides.items())
        lines += ["", f"Changed in it: {', '.join(changes)}."]
    for part in (_entities, _state, _schedule, decisions, _definitions, _rules, _chance, _calendar):
        lines += part(scenario)
    for part in (_parameters, _outcomes, _metrics):
        lines += part(scenario)
    return "\n".join(lines) + "\n"


# ---- entities, state variables and scales ------------------------------------------------------------------------


def _entities(scenario: Scenario) -> Iterator[str]:
    dates = scenario.dates
    span = f", {dates.label(0)} to {dates.label(scenario.horizon - 1)}" if dates.dated else ""
    yield from heading("Entities and scales")
    length = steps(scenario, scenario.horizon)
    yield f"One turn is a {dates.step}; an episode has up to {length}{span}. There is no space."
    yield ""
    rows = [
        (
            actor.title,
            "agent",
            words(actor.aims or actor.description),
            str(len(own_policies(actor))),
            ", ".join(dict.fromkeys(policy.phase for policy in actor.policies.values())),
        )
        for actor in scenario.actors.values()
    ]
    rows.append(("the world", "environment", f"{len(scenario.state)} state variables", "", ""))
    yield from table(("entity", "kind", "aims", "policies", "decides in phase"), rows)


def _state(scenario: Scenario) -> Iterator[str]:
    if not scenario.state:
        return
    yield from heading("State variables")
    yield from table(
        ("variable", "what it is", "unit", "at the start", "bounds", "rests on"),
        [
            (code(name), one.title, one.unit, code(start(scenario, one)), code(bounds(one)), basis_cell(one))
            for name, one in scenario.state.items()
        ],
    )


# ---- process overview and scheduling -----------------------------------------------------------------------------


def _schedule(scenario: Scenario) -> Iterator[str]:
    yield from heading("What happens in a turn, in this order")
    who = [f"{phase} ({names_cell(scenario.members(phase))})" for phase in scenario.phases]
    actors = scenario.actors.values()
    done = [
        ("calendar", _counted(scenario.calendar, "entry", "entries")),
        ("perception, where it is not exact", names_cell(one for one in actors if one.perception)),
        ("choices", "; then ".join(who) if scenario.actors else ""),
        ("effects, all on the state before them", _moves(scenario)),
        ("chance, item by item", _counted(scenario.nature, "item", "items")),
        ("payoffs: utility less cost", names_cell(one for one in actors if one.utility)),
        (
            "beliefs about the others",
            names_cell(one for one in actors if _learns(one) or one.types is not None),
        ),
        ("outcomes, in their order", names_cell(scenario.outcomes.values())),
    ]
    rows = [(f"R{number}", *row) for number, row in enumerate(done, 1) if row[1]]
    yield from table(("rule", "step", "who or what"), rows)


def _moves(scenario: Scenario) -> str:
    played = "the policies played" if any(policy.effects for policy in scenario.policies()) else ""
    return _counted(scenario.effects, "world rule", "world rules", played)


def _counted(things: Sequence[object] | Mapping[str, object], one: str, many: str, first: str = "") -> str:
    count = f"{len(things)} {one if len(things) == 1 else many}" if things else ""
    return " and ".join(filter(None, (first, count)))


def _learns(actor: Actor) -> bool:
    decision = actor.decision
    fixed = (
        decision.levels is not None or decision.equilibrium or decision.beliefs.kind in ("uniform", "fixed")
    )
    return decision.looks_ahead and not fixed


# ---- submodels ---------------------------------------------------------------------------------------------------


def _definitions(scenario: Scenario) -> Iterator[str]:
    if not scenario.define:
        return
    yield from heading("Quantities computed from the state")
    yield from table(
        ("name", "what it is", "formula", "rests on"),
        [
            (code(name), one.title, code(one.formula.text), basis_cell(one))
            for name, one in scenario.define.items()
        ],
    )


def _rules(scenario: Scenario) -> Iterator[str]:
    if not scenario.effects:
        return
    yield from heading("World rules, every turn")
    yield from table(
        ("rule", "what it says", "if", "effects", "rests on"),
        [
            (code(name), one.title, formula_cell(one.when), effects_cell(one.effects), basis_cell(one))
            for name, one in scenario.effects.items()
        ],
    )


def _chance(scenario: Scenario) -> Iterator[str]:
    if not scenario.nature:
        return
    yield from heading("Chance, in this order, every turn")
    yield from table(
        ("item", "what it is", "draw", "if", "effects", "rests on"),
        [
            (code(name), one.title, draw_in_words(one), _due(one), effects_cell(one.effects), basis_cell(one))
            for name, one in scenario.nature.items()
        ],
    )


def _due(item: NatureItem) -> str:
    parts = [formula_cell(item.when)]
    if item.once:
        parts.append("only once")
    if item.cooldown:
        parts.append(f"not again for {item.cooldown} turn{'s' if item.cooldown > 1 else ''}")
    return "; ".join(filter(None, parts))


def _calendar(scenario: Scenario) -> Iterator[str]:
    if not scenario.calendar:
        return
    yield from heading("Calendar")
    yield from table(
        ("entry", "when", "changes", "rests on"),
        [
            (entry.name, _dates(scenario, entry), effects_cell(entry.changes), basis_cell(entry))
            for entry in scenario.calendar
        ],
    )


def _dates(scenario: Scenario, entry: CalendarEntry) -> str:
    dates = ", ".join(scenario.dates.label(turn) for turn in entry.turns)
    return dates + (f", for {steps(scenario, entry.duration)}" if (entry.duration or 1) > 1 else "")


# ---- parameters, outcomes, observation ---------------------------------------------------------------------------


def _parameters(scenario: Scenario) -> Iterator[str]:
    if not scenario.parameters:
        return
    yield from heading("Parameters")
    yield str(audit(scenario))
    yield ""
    rows = []
    for name, one in scenario.parameters.items():
        spread = distribution_in_words(one.distribution) if one.distribution is not None else ""
        owner = scenario.owner(name)
        if owner is not None:
            spread = f"private to {owner.title}"
        rows.append((code(name), one.title, code(one.value.text), one.unit, spread, basis_cell(one)))
    yield from table(("parameter", "what it is", "value", "unit", "range", "rests on"), rows)


def _outcomes(scenario: Scenario) -> Iterator[str]:
    yield from heading("How an episode ends: the first that is true")
    yield from table(
        ("outcome", "name", "condition", "when", "rests on"),
        [
            (one.title, code(name), formula_cell(one.when) or "nothing else", _when(one), basis_cell(one))
            for name, one in scenario.outcomes.items()
        ],
    )


def _when(outcome: Outcome) -> str:
    return "at once" if outcome.terminal else "after the last turn"


def _metrics(scenario: Scenario) -> Iterator[str]:
    if not scenario.metrics:
        return
    yield from heading("What is recorded of every episode")
    yield "Besides outcome, length, payoffs, the turns on which each policy was played, and the path of every variable:"
    yield ""
    yield from table(
        ("metric", "what it is", "formula", "unit"),
        [(code(name), one.title, code(one.formula.text), one.unit) for name, one in scenario.metrics.items()],
    )

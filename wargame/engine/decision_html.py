"""A recorded decision in a notebook: what was expected, and each policy's chance, score and terms."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wargame.engine.trace import Decision

__all__ = ["decision_as_html"]

_REASONS = {
    "draw": "by chance",
    "order": "by order",
    "repeat": "it did not reconsider",
    "own rule": "by a rule of its own",
}


def decision_as_html(decision: Decision) -> str:
    """The decision as tables: percept, expectations, and the policies, the one that was played in bold."""
    choice = _words(decision.choice or "nothing")
    head = f"{_words(decision.actor)}, turn {decision.turn}, {_words(decision.phase)}: {choice}"
    notes = [_REASONS[decision.reason]]
    if decision.reason == "draw":
        notes.append(f"draw {decision.draw:.3f}")
    if decision.type is not None:
        notes.append(f"type {_words(decision.type)}")
    if decision.level is not None:
        notes.append(f"level {decision.level}")
    if decision.residual is not None:
        notes.append(f"equilibrium to {decision.residual:.0e}{', bifurcated' if decision.bifurcated else ''}")
    parts = [f"<strong>{html.escape(head)}</strong> ({html.escape('; '.join(notes))})"]
    if decision.percept:
        seen = "; ".join(f"{_words(name)} {value:.3g}" for name, value in decision.percept.items())
        parts.append(f"<br>Saw, with error: {html.escape(seen)}")
    parts += [_expected(other, chances) for other, chances in decision.expectations.items()]
    if decision.probabilities:
        parts.append(_policies(decision))
    return f"<div>{''.join(parts)}</div>"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _expected(other: str, chances: dict[str, float]) -> str:
    ranked = sorted(chances.items(), key=lambda pair: -pair[1])
    listed = ", ".join(f"{_words(policy)} {chance:.0%}" for policy, chance in ranked if chance >= 0.005)
    return f"<br>Expected of {html.escape(_words(other))}: {html.escape(listed)}"


def _policies(decision: Decision) -> str:
    terms = list(next(iter(decision.terms.values()), {}))
    scored = ["score"] if decision.scores else []
    rows = [_row(["policy", "chance", *scored, *map(_words, terms)], "th")]
    for policy, chance in sorted(decision.probabilities.items(), key=lambda pair: -pair[1]):
        values = [f"{decision.scores[policy]:.3f}"] if policy in decision.scores else [""] * len(scored)
        values += [f"{decision.terms[policy][term]:+.3f}" for term in terms if policy in decision.terms]
        rows.append(_row([_words(policy), f"{chance:.1%}", *values], "td", bold=policy == decision.choice))
    return f"<table>{''.join(rows)}</table>"


def _row(cells: Iterable[str], tag: str, *, bold: bool = False) -> str:
    weight = "font-weight:bold;" if bold else ""
    made = (
        f"<{tag} style='{weight}text-align:{'right' if place else 'left'}'>{html.escape(cell)}</{tag}>"
        for place, cell in enumerate(cells)
    )
    return f"<tr>{''.join(made)}</tr>"

"""How many evaluations a decision may take, and what is said when it would take more."""

from __future__ import annotations

from collections.abc import Sequence

from wargame.engine.draft import Size
from wargame.engine.emit import Check
from wargame.engine.seat import Seat
from wargame.engine.situation import Workbook
from wargame.scenario.errors import Problem, ScenarioError
from wargame.scenario.scenario import Policy

__all__ = ["MAX_EVALUATIONS", "certain", "count_row", "equilibrium_found", "few_enough", "refuse_large"]

MAX_EVALUATIONS = 1_000_000
"""A decision that would need more evaluations than this is refused."""

WAYS_OUT = (
    "use a smaller `foresight` with a `leaf`, `later: same`, `expectation: mean`, fewer policies or levels, "
    "or fewer chance events"
)


def certain(policies: Sequence[Policy]) -> int:
    """How many of the policies can always be played; at least 1."""
    return max(1, sum(policy.available is None for policy in policies))


def refuse_large(seat: Seat, turns: int, size: Size) -> None:
    """Raise ScenarioError if the decision is too large whatever happens."""
    if size.least <= MAX_EVALUATIONS:
        return
    decision = seat.actor.decision
    over = f" over {turns} turns" if turns > 1 else ""
    about = "" if size.least == size.most else "at least "
    raise ScenarioError(
        Problem(
            file=seat.scenario.file,
            line=seat.actor.line,
            message=f"the look-ahead of {seat.actor.name}{over} would evaluate each decision {about}"
            f"{size.least:,} times",
            found=f"`expectation: {decision.expectation}`, `foresight: {decision.foresight}`, "
            f"`later: {decision.later}`",
            allowed=f"at most {MAX_EVALUATIONS:,} evaluations",
            remedy=WAYS_OUT,
        )
    )


def count_row(seat: Seat) -> str:
    """The row that counts the evaluations of a decision whose size only play can tell."""
    return f"plan.evaluations.{seat.name}"


def few_enough(workbook: Workbook, seat: Seat) -> list[Check]:
    """What must hold where evaluations are counted."""
    if count_row(seat) not in workbook.rows:
        return []
    graph = workbook.graph
    share = graph.div(workbook.row(count_row(seat)), graph.number(MAX_EVALUATIONS))
    decision = seat.actor.decision
    return [
        Check(
            node=share,
            kind="at most one",
            title=f"the look-ahead of {seat.actor.name} takes more than {MAX_EVALUATIONS:,} evaluations here; "
            + WAYS_OUT,
            formula=f"foresight: {decision.foresight}",
            line=seat.actor.line,
        )
    ]


def equilibrium_found(workbook: Workbook, seat: Seat) -> list[Check]:
    """What must hold of a decision that expects an equilibrium: every one it needed was found."""
    row = f"equilibrium.missing.{seat.name}"
    if row not in workbook.rows:
        return []
    # The share must be at most 1: two of them if one was not found.
    found = workbook.graph.mul(workbook.graph.number(2.0), workbook.row(row))
    return [
        Check(
            node=found,
            kind="at most one",
            title=f"{seat.actor.name} expects an equilibrium, but none was found: payoffs or precisions are too large "
            "or not finite, or its branch cannot be followed; lower the precisions, or use levels of reasoning",
            formula="expects: equilibrium",
            line=seat.actor.line,
        )
    ]

"""Metrics: accumulators brought up to date every turn, and what is made of them at the end of an episode."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wargame.engine.code import Code
from wargame.engine.emit import Check
from wargame.engine.graph import Node
from wargame.engine.situation import Situation, Workbook
from wargame.scenario.formula import Call, Formula, Number, Tree

__all__ = ["record", "settle"]

Aggregate = tuple[str, tuple[Tree, ...]]


def aggregates(workbook: Workbook) -> dict[Aggregate, str]:
    """Every question that metrics ask of an episode, each once, with the row that accumulates the answer."""
    found: dict[Aggregate, str] = {}

    def visit(tree: Tree) -> None:
        if isinstance(tree, Call):
            if tree.operation.startswith("over."):
                found.setdefault((tree.operation, tree.arguments), f"over.{len(found)}")
            else:
                for argument in tree.arguments:
                    visit(argument)

    for metric in workbook.scenario.metrics.values():
        visit(metric.formula.tree)
    return found


_FIRST = {"over.max": float("-inf"), "over.min": float("inf"), "over.first": -1.0}


def record(workbook: Workbook) -> Code:
    """Metrics over completed turns: bring each accumulator up to date."""
    code = Code(name="record", title="Metrics: bring the accumulators up to date with this turn.")
    situation, turn = workbook.realized(), workbook.row("turn")
    for (operation, arguments), row in aggregates(workbook).items():
        owner = next(
            metric
            for metric in workbook.scenario.metrics.values()
            if _asks(metric.formula.tree, operation, arguments)
        )
        formula = Formula(owner.formula.text, arguments[-1], owner.formula.line, owner.formula.path)
        value = situation.value(formula)
        old = workbook.row(row, _FIRST.get(operation, 0.0))
        code.keep(workbook, row, _accumulate(situation, operation, arguments, old, value, turn))
        if value.risky:
            code.checks.append(
                Check(
                    node=value,
                    kind="finite",
                    title=f"metric {owner.name} reads something infinite or undefined",
                    formula=owner.formula.text,
                    line=owner.formula.line,
                    names=situation.names(formula),
                )
            )
    return code


def _asks(tree: Tree, operation: str, arguments: tuple[Tree, ...]) -> bool:
    if not isinstance(tree, Call):
        return False
    if tree.operation == operation and tree.arguments == arguments:
        return True
    return any(_asks(argument, operation, arguments) for argument in tree.arguments)


def _accumulate(
    situation: Situation, operation: str, arguments: tuple[Tree, ...], old: Node, value: Node, turn: Node
) -> Node:
    graph = situation.graph
    if operation in ("over.max", "over.min"):
        return graph.apply(operation.removeprefix("over."), old, value)
    if operation in ("over.sum", "over.mean"):
        return graph.add(old, value)
    if operation == "over.share":
        return graph.add(old, graph.truth(value))
    if operation == "over.final":
        return value
    if operation == "over.at":
        when = situation.value(Formula("", arguments[0], 0, ()))
        return graph.where(graph.apply("le", turn, when), value, old)
    first_time = graph.all(graph.apply("lt", old, graph.zero), value)
    return graph.where(first_time, turn, old)


def settle(workbook: Workbook) -> Code:
    """The end of an episode: its outcome if no terminal one was true, and its metrics."""
    code = Code(name="settle", title="End of the episode: the outcome at the horizon, and the metrics.")
    graph, situation = workbook.graph, workbook.realized()
    names = list(workbook.scenario.outcomes)
    at_horizon = graph.number(names.index(workbook.scenario.default_outcome))
    for name, outcome in reversed(list(workbook.scenario.outcomes.items())):
        if outcome.when is not None:
            at_horizon = graph.where(
                situation.truth(outcome.when), graph.number(names.index(name)), at_horizon
            )
    ended = workbook.row("ended", -1.0)
    code.keep(workbook, "outcome", graph.where(graph.apply("ge", ended, graph.zero), ended, at_horizon))
    rows = aggregates(workbook)
    length = graph.add(workbook.row("turn"), graph.one)
    for metric in workbook.scenario.metrics.values():
        node = _metric(situation, metric.formula.tree, rows, length)
        code.keep(workbook, f"metric.{metric.name}", node)
        # A metric is missing where a `first` in it is; anything else must be a number.
        present = graph.all(
            *(
                graph.apply("ge", workbook.row(row), graph.zero)
                for (operation, arguments), row in rows.items()
                if operation == "over.first" and _asks(metric.formula.tree, operation, arguments)
            )
        )
        code.checks.append(
            Check(
                node=graph.where(present, node, graph.zero),
                kind="finite",
                title=f"metric {metric.name} is infinite or undefined",
                formula=metric.formula.text,
                line=metric.formula.line,
            )
        )
    return code


def _metric(situation: Situation, tree: Tree, rows: Mapping[Aggregate, str], length: Node) -> Node:
    graph = situation.graph
    if isinstance(tree, Number):
        return graph.number(tree.value)
    if not isinstance(tree, Call):
        return situation.value(Formula("", tree, 0, ()))
    if tree.operation.startswith("over."):
        row = situation.workbook.row(rows[tree.operation, tree.arguments])
        if tree.operation in ("over.mean", "over.share"):
            return graph.div(row, length)
        if tree.operation == "over.first":
            missing = graph.apply("lt", row, graph.zero)
            return graph.where(missing, graph.number(float("nan")), row)
        return row
    arguments = [_metric(situation, argument, rows, length) for argument in tree.arguments]
    combine: Callable[..., Node] = graph.apply
    if tree.operation == "clip":
        return graph.clip(*arguments)
    if tree.operation in ("min", "max"):
        result = arguments[0]
        for argument in arguments[1:]:
            result = combine(tree.operation, result, argument)
        return result
    return combine(tree.operation, *arguments)

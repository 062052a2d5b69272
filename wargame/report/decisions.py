"""How an actor decides, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from wargame.report.wording import listed, short, valued
from wargame.scenario.formula import Formula
from wargame.scenario.scenario import Actor, Decision, Levels, Scenario

__all__ = ["decision_in_words", "perception_in_words"]


def decision_in_words(scenario: Scenario, actor: Actor) -> list[str]:
    """How the actor chooses, what it expects of the others and how it weighs its policies: a sentence each."""
    decision = actor.decision
    sentences = [_rule(scenario, actor)]
    if decision.looks_ahead:
        if len(scenario.actors) > 1:
            sentences.append(_expects(scenario, decision))
        sentences.append(_weighs(actor))
    if decision.tremble.constant != 0:
        sentences.append(
            f"With probability {valued(scenario, decision.tremble)} it plays any available policy instead."
        )
    sentences += list(_revises(decision))
    sentences += list(_types(scenario, actor))
    if actor.before:
        titles = listed([short(actor.policies[name].title) for name in actor.before])
        sentences.append(f"Before the first turn it is taken to have played: {titles}.")
    return sentences


def _rule(scenario: Scenario, actor: Actor) -> str:
    decision = actor.decision
    if decision.rule == "greedy":
        ties = "the first in the file" if decision.ties == "first" else "one of them at random"
        return f"Plays the policy with the best score; of equal ones, {ties}."
    if decision.rule == "logit":
        precision = valued(scenario, decision.precision) if decision.precision is not None else ""
        return f"Plays better policies more often: logit, with precision {precision}."
    if decision.rule == "mixed":
        shares = (
            f"{short(actor.policies[name].title)} {text.text}"
            for name, text in decision.probabilities.items()
        )
        return f"Draws its policy with fixed weights: {'; '.join(shares)}."
    if decision.rule == "script":
        steps = (
            f"from {scenario.dates.label(turn)}: {listed([short(actor.policies[name].title) for name in names])}"
            for turn, names in decision.script
        )
        return f"Follows a script: {'; '.join(steps)}."
    if decision.rule == "doctrine":
        clauses = (
            f"{'else' if clause.when is None else f'if {clause.when.text}'}: "
            f"{listed([short(actor.policies[name].title) for name in clause.policies])}"
            for clause in decision.doctrine
        )
        return f"Follows a doctrine, the first line that holds: {'; '.join(clauses)}."
    return "Plays any available policy, each with the same chance."


def _expects(scenario: Scenario, decision: Decision) -> str:
    beliefs = decision.beliefs
    if decision.equilibrium:
        return "Expects all to play the logit equilibrium, now and later."
    if decision.levels is not None:
        return _reasons(scenario, decision.levels)
    rate = f" {valued(scenario, beliefs.rate)}" if beliefs.rate is not None else ""
    return {
        "uniform": "Expects anything of the others: each available policy with the same chance.",
        "fixed": "Holds fixed expectations of the others.",
        "last": "Expects the others to repeat what they did last.",
        "adaptive": f"Learns what to expect: expectations move towards what the others did, at the rate{rate}.",
        "fictitious": "Expects the others to go on as on average so far (counts of past play).",
    }[beliefs.kind]


def _reasons(scenario: Scenario, levels: Levels) -> str:
    """Levels of reasoning, in a sentence."""
    numbers = [str(level) for level in levels.own]
    if len(numbers) == 1:
        own = f"Reasons at level {numbers[0]}"
    elif levels.weights:
        own = f"Reasons at level {listed(numbers)}, drawn for each episode"
    else:
        own = (
            f"Reasons at a level from 0 to {numbers[-1]}, drawn from a Poisson distribution for each episode"
        )
    if levels.poisson is None:
        return f"{own}: expects the others to decide by their own rules, one level lower."
    mean = valued(scenario, levels.poisson)
    return (
        f"{own}: expects the others to decide by their own rules at all lower levels, Poisson distributed with mean "
        f"{mean}."
    )


def _types(scenario: Scenario, actor: Actor) -> Iterator[str]:
    """What is private to the actor."""
    if actor.types is None:
        return
    titles = listed([short(scenario.parameters[name].title) for name in actor.types.values])
    if actor.types.distribution is not None:
        yield f"Private to it: {titles}, one of {len(actor.types.names)} equally likely values."
    else:
        names = listed([name.replace("_", " ") for name in actor.types.names])
        yield f"Private to it: {titles}; it is of one of the types {names}, drawn for each episode."


def _weighs(actor: Actor) -> str:
    decision = actor.decision
    how = (
        "over every combination of the others' policies and of events"
        if actor.decision.expectation == "exact"
        else "at the mean of the others' policies and of chance"
    )
    discount = actor.decision.discount.text
    rest = "" if discount == "1" else f" Payoffs are discounted by {discount} a turn."
    if decision.foresight == 1:
        return (
            f"Scores a policy by looking one turn ahead, {how}: what it wants at the turn's end, "
            f"less the policy's cost.{_own_later(decision)}{rest}"
        )
    return (
        f"Scores a policy by looking {decision.foresight} turns ahead, {how}: what it wants at each turn's end, less "
        f"the costs of what it plays.{_own_later(decision)}{rest}"
    )


def _own_later(decision: Decision) -> str:
    """How own later choices are planned, and what the end of the look-ahead is worth, where that is not the default."""
    told = ""
    if decision.later == "logit":
        told += " It expects its own later choices to be as noisy as its present one."
    if decision.later == "same":
        told += " It plans to go on with the same choice."
    if decision.leaf is not None:
        told += f" What comes after is worth {decision.leaf.text} to it."
    return told


def _revises(decision: Decision) -> Iterator[str]:
    if decision.revise == "one":
        yield "Reconsiders only when it is drawn: one such actor a turn."
    elif isinstance(decision.revise, Formula):
        yield f"Reconsiders with probability {decision.revise.text} each turn, else repeats its last policy."


def perception_in_words(scenario: Scenario, actor: Actor) -> list[str]:
    """What the actor does not see as it is."""
    sentences = []
    for variable, sight in actor.perception.items():
        parts = [
            f"{name} {formula.text}"
            for name, formula in (("bias", sight.bias), ("noise", sight.noise))
            if formula.text != "0"
        ]
        if parts:
            sentences.append(f"{short(scenario.state[variable].title)} ({', '.join(parts)})")
    return sentences

"""A border crisis in a few lines: the scenario that several tests of runs play."""

from __future__ import annotations

__all__ = ["BORDER", "BORDER_THAT_FAILS"]

BORDER = """
name: border
time: {step: round, horizon: 6}
parameters: {step: {value: 0.1, judgement: a guess, distribution: {uniform: [0.05, 0.15]}}}
state: {tension: {initial: 0.4, bounds: [0, 1]}}
actors:
  north:
    policies: {wait: {}, probe: {effects: {tension: step}}}
    utility: tension - tension ** 3
    decision: {rule: logit, precision: 8}
  south:
    policies: {hold: {}, calm: {cost: 0.05, effects: {tension: -0.1}}}
    utility: -tension
    decision: {rule: logit, precision: 8}
nature: {shots: {draw: {bernoulli: 0.3 * tension}, effects: {tension: 0.2}}}
outcomes: {war: {when: tension >= 1, terminal: true}, peace: {default: true}}
metrics: {peak: max(tension), first_high: first(tension > 0.6), shots: sum(shots)}
"""

BORDER_THAT_FAILS = BORDER.replace(
    "{tension: 0.2}", '{tension: "where(tension > 0.98, 1 / (1 - tension), 0.2)"}'
)
"""A few of its episodes in a thousand fail."""

"""A small scenario that uses what a story has to tell: phases, percepts, orders, counts, a calendar, all rules."""

import pytest

import wargame

TEXT = """
name: two-rooms
title: Two rooms and a corridor
description: A test.
time: {step: quarter, start: 2025Q3, horizon: 6}
parameters:
  shove: {value: 0.2, label: Size of a shove, source: "A book, p. 3", distribution: {uniform: [0.1, 0.3]}}
  bare: 0.7
  doubled: {value: 2 * shove, judgement: follows}
state:
  noise: {initial: 0.35, bounds: [0, 1], label: "Noise in the corridor (0: none; 1: deafening)", judgement: heard}
  stock: {initial: bare, range: [0, 10], unit: chairs}
actors:
  left:
    label: Left room
    before: rest
    policies:
      rest: {label: Rest, phase: first}
      bang:
        label: Bang on the wall
        phase: first
        available: noise < 0.95
        cost: 0.05
        effects: {noise: shove, stock: {set: 3}}
    utility:
      rage: {value: -(noise - 0.8) ** 2, label: being heard}
      chairs: {value: 0.01 * stock, label: chairs kept}
    decision: {rule: logit, precision: 6, expects: {beliefs: adaptive, rate: 0.3}, tremble: 0.1}
    perception: {noise: {bias: 0.1, noise: 0.02}}
  right:
    label: Right room
    policies:
      hush: {levels: {from: 0, to: 1, step: 0.5}, label: Hush by, phase: second, effects: {noise: -0.2 * level}}
    utility: -noise
    decision: {rule: greedy, expectation: exact}
  guard:
    label: The guard
    policies:
      walk: {label: Walk the corridor, phase: first}
      sleep: {label: Sleep, phase: first}
    decision: {rule: doctrine, doctrine: [{when: noise > 0.5, then: walk}, {else: sleep}]}
turn: {phases: [first, second]}
effects:
  fade: {label: noise fades, when: noise > 0.1, effects: {noise: -0.05}}
nature:
  door: {label: a door slams, draw: {bernoulli: 0.5}, cooldown: 1, effects: {noise: 0.1}}
  visitors: {label: visitors, draw: {poisson: {mean: 2, max: 20}}}
  hum: {label: hum of the lights, draw: {normal: {mean: 0, sd: 0.01}}, effects: {noise: hum}}
  weather: {label: weather, draw: {categorical: {sun: 0.4, rain: 0.6}}, when: turn == 1}
calendar:
  - {name: Fire drill, on: 2025Q4, add: {noise: 0.15}}
outcomes:
  deaf: {when: noise >= 1, terminal: true, label: Deafness}
  calm: {default: true, label: Calm of a sort}
metrics:
  peak: {value: max(noise), label: loudest}
  first_loud: {value: first(noise > 0.99), label: first loud quarter, unit: turn}
"""


@pytest.fixture(scope="session")
def scenario() -> wargame.Scenario:
    return wargame.loads(TEXT, file="two-rooms.yaml")


@pytest.fixture(scope="session")
def results(scenario: wargame.Scenario) -> wargame.Results:
    return wargame.simulate(scenario, episodes=12, seed=3, progress=False)

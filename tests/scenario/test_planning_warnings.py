"""Warnings of what look-ahead at the mean cannot weigh: where they are due, where not, and that what they say is so."""

import pytest
from tiny import decision, play

import wargame

ENDS = """
name: ends
time: {step: round, horizon: 4}
state: {harm: {initial: 0, bounds: [0, 3]}, strain: {initial: 0, range: [0, 9]}}
define: {danger: strain > 4}
actors:
  a:
    policies: {calm: {}, push: {effects: {strain: 1}}}
    utility: 1 - harm
    decision: {rule: greedy, foresight: 2}
  b:
    policies: {calm: {}, push: {}}
    decision: {rule: uniform}
nature: {mishap: {draw: {bernoulli: 0.5}, effects: {harm: 0}}}
outcomes: {ruin: {when: harm >= 1, terminal: true}, rest: {default: true}}
"""
MISHAP = ("effects: {harm: 0}", "effects: {harm: 1}")
BY_B = ("push: {}}", "push: {effects: {harm: 1}}}")


def warnings_of(text: str, *changes: tuple[str, str], says: str) -> list[str]:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return [warning for warning in wargame.loads(text, file="told.yaml").warnings if says in warning]


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ([], False),
        ([MISHAP], True),
        ([MISHAP, ("foresight: 2", "foresight: 2, expectation: exact")], False),
        ([MISHAP, ("foresight: 2", "foresight: 1")], False),
        ([MISHAP, ("foresight: 2", "leaf: 3")], True),
        ([MISHAP, ("horizon: 4", "horizon: 1")], False),
        ([MISHAP, (", terminal: true", "")], False),
        ([MISHAP, ("bernoulli: 0.5", "bernoulli: 1")], False),
        ([MISHAP, ("rule: greedy, foresight: 2", "rule: uniform")], False),
        ([("when: harm >= 1", "when: danger")], False),
        ([("when: harm >= 1", "when: danger"), ("harm: 0}", "strain: 1}")], True),
        ([("when: harm >= 1", "when: mishap")], True),
        ([BY_B], True),
        ([BY_B, ("{calm: {}, push: {effects: {harm", "{push: {effects: {harm")], False),
        ([BY_B, ("foresight: 2", "foresight: 2, expects: {level: 1}")], True),
        (
            [
                BY_B,
                ("foresight: 2", "foresight: 2, expects: {level: 1}"),
                ("uniform", "script, script: {0: push}"),
            ],
            False,
        ),
        ([BY_B, ("greedy, foresight: 2", "logit, precision: 1, foresight: 2, expects: equilibrium")], False),
        ([MISHAP, ("greedy, foresight: 2", "logit, precision: 1, foresight: 2, expects: equilibrium")], True),
    ],
)
def test_an_end_by_chance_that_no_path_meets(changes: list[tuple[str, str]], due: bool) -> None:
    found = warnings_of(ENDS, *changes, says="looks beyond this turn at the mean")
    assert len(found) == due
    if due:
        assert found[0].startswith(
            "told.yaml:10: a looks beyond this turn at the mean, where the outcome 'ruin'"
        )


def test_at_the_mean_such_a_path_goes_on() -> None:
    """Ruin takes the second turn's point in half the cases; at the mean the path goes on with half the harm."""
    text = ENDS.replace(*MISHAP)
    mean = decision(play(wargame.loads(text)), "a").scores["calm"]
    exact = decision(
        play(wargame.loads(text.replace("foresight: 2", "foresight: 2, expectation: exact"))), "a"
    )
    assert mean == (1 - 0.5) + (1 - 1)
    assert exact.scores["calm"] == 0.5 * 0 + 0.5 * (1 + 0.5 * 1)


PRIVATE = """
name: private
time: {step: round, horizon: 2}
parameters: {resolve: 0}
state: {x: {initial: 0, range: [0, 9]}}
actors:
  a:
    policies: {wait: {}, act: {}}
    utility: TERM
    decision: {rule: greedy}
  b:
    policies: {hold: {}, rise: {effects: {x: EFFECT}}}
    utility: b.rise * resolve ** 2
    decision: {rule: greedy}
    types: {weak: {probability: 0.5, set: {resolve: 0}}, firm: {probability: 0.5, set: {resolve: 2}}}
outcomes: {rest: {default: true}}
"""


@pytest.mark.parametrize(
    ("term", "effect", "decides", "due"),
    [
        ("a.act * resolve", "1", "", False),
        ("a.act * resolve ** 2", "1", "", True),
        ("a.act * resolve * x", "1", "", False),
        ("a.act * resolve * x", "resolve", "", True),
        ("a.act * x", "resolve", "", False),
        ("a.act * x ** 2", "resolve", "", True),
        ("a.act * x ** 2", "1", "", False),
        ("a.act * where(resolve > 1, 1, 0)", "1", "", True),
        ("a.act * where(turn > 1, resolve, 0)", "1", "", False),
        ("a.act / (1 + resolve)", "1", "", True),
        ("a.act * resolve * b.rise", "1", "", False),
        ("a.act * resolve * b.rise", "1", "expects: {level: 1}", True),
        ("a.act * x", "resolve", "expects: {level: 1}", True),
        ("a.act * (resolve + b.rise)", "1", "expects: {level: 1}", False),
        ("a.act * resolve ** 2", "1", "rule: uniform", False),
    ],
)
def test_a_private_number_whose_mean_does_not_tell_enough(
    term: str, effect: str, decides: str, due: bool
) -> None:
    text = PRIVATE.replace("TERM", term).replace("EFFECT", effect)
    if decides.startswith("rule"):
        text = text.replace("rule: greedy", decides, 1)
    elif decides:
        text = text.replace("rule: greedy", f"rule: greedy, {decides}", 1)
    found = warnings_of(text, says="takes 'resolve', which is private to b, at its believed mean")
    assert len(found) == due
    if due:
        assert found[0].startswith("told.yaml:9: a takes 'resolve'")
        assert "`belief.b.weak`" in found[0]


def test_the_believed_mean_is_what_is_taken() -> None:
    """Half of 0 and half of 4 would be 2; the square of the mean is 1. The way out gives the right one."""
    text = PRIVATE.replace("EFFECT", "1")
    squared = wargame.loads(text.replace("TERM", "a.act * resolve ** 2"))
    assert decision(play(squared), "a").scores["act"] == 1
    weighed = wargame.loads(text.replace("TERM", "a.act * (belief.b.weak * 0 ** 2 + belief.b.firm * 2 ** 2)"))
    assert decision(play(weighed), "a").scores["act"] == 2
    assert not [warning for warning in weighed.warnings if "believed mean" in warning]


def test_chance_that_reads_what_it_was_before_is_weighed_too() -> None:
    """An item may read its own value of the turn before: that is no endless question."""
    scenario = wargame.loads(
        """
name: momentum
time: {step: round, horizon: 3}
state: {x: {initial: 0, bounds: [-9, 9]}}
actors:
  a:
    policies: {p: {}, q: {}}
    utility: x
    decision: {rule: logit, precision: 1, foresight: 2, leaf: 0}
nature:
  gust: {draw: {normal: {mean: gust / 2, sd: 1}}, effects: {x: gust}}
outcomes: {fell: {when: x > 5, terminal: true}, stands: {default: true}}
"""
    )
    assert any("fell" in warning for warning in scenario.warnings)

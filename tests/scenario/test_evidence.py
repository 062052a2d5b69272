"""Counting what the numbers of a scenario rest on."""

import pytest

import wargame
from wargame.scenario.evidence import Basis, audit

TEXT = """
name: counted
title: <Counted> & weighed
time: {step: round, horizon: 3}
parameters:
  sourced: {value: 3, source: "A book", distribution: {uniform: [1, 4]}}
  judged: {value: 0.5, judgement: a guess}
  bare: 7
  computed: 2 * bare
state:
  here: {initial: 1, bounds: [0, 33], source: "A table"}
  there: {initial: {uniform: [0, 5]}, range: [0, 44]}
  same: {initial: sourced, range: [0, 55]}
define:
  portion: 0.5 * here
actors:
  one:
    policies:
      stay: {}
      go: {cost: 0.25, available: here < 2, effects: {here: -1.5 + 1, there: 2}, judgement: as told}
      give: {levels: {from: 0, to: 1, step: 0.5}, effects: {there: 3 * level}}
    utility: here - 4 * there
    decision: {rule: logit, precision: 5}
    perception: {here: {noise: 0.6}}
effects:
  drift: {effects: {there: 0.1 * there}, source: "A paper"}
nature:
  rain: {draw: {bernoulli: 0.3}}
outcomes: {much: {when: there > 9}, little: {default: true}}
metrics: {peak: max(8 * here)}
"""


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(TEXT)


def test_numbers_are_counted_by_what_they_rest_on(scenario: wargame.Scenario) -> None:
    found = audit(scenario)
    assert len(found.numbers) == 5
    assert [found.count(basis) for basis in Basis] == [2, 1, 2]
    assert [entry.name for entry in found.bare] == ["bare", "there"]
    assert [entry.name for entry in found.derived] == ["computed", "same"]
    assert found.with_range == 1


def test_numbers_inside_formulas_are_counted_but_for_0_1_and_2(scenario: wargame.Scenario) -> None:
    """0.5; 0.25, 1.5; 3; 4; 5; 0.6; 0.1; 0.3; 9. Metrics, bounds and levels do not count."""
    found = audit(scenario)
    assert found.inside == 10
    assert found.inside_named == 3  # 0.25 and 1.5 of `go`, 0.1 of `drift`
    assert found.rules_named == 2


def test_counts_in_words(scenario: wargame.Scenario) -> None:
    text = str(audit(scenario))
    assert text.startswith(
        "5 numbers: 2 sourced, 1 judgement, 2 neither; 1 with a range. 2 more are computed"
    )
    assert "Inside formulas: 10 numbers" in text


def test_lines_lead_to_the_file(scenario: wargame.Scenario) -> None:
    lines = TEXT.splitlines()
    for entry in audit(scenario).numbers:
        assert lines[entry.line - 1].strip().startswith(f"{entry.name}:")


def test_every_number_of_the_korea_scenario_has_a_source_or_a_judgement() -> None:
    found = audit(wargame.load("korea-2025"))
    assert found.bare == ()
    assert found.count(Basis.SOURCE) + found.count(Basis.JUDGEMENT) == len(found.numbers) > 200


def test_notebooks_show_a_summary(scenario: wargame.Scenario) -> None:
    page = scenario._repr_html_()
    assert "&lt;Counted&gt; &amp; weighed" in page
    assert "5 numbers" in page
    assert "much" in page

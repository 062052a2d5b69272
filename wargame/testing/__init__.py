"""Random scenarios for property tests (needs Hypothesis): small, valid, and using all of the language.

Whoever extends the language or an engine adds the new feature here, once, and to the list of features in
`tests/test_testing.py`; every property of the test suite then meets it: above all that both engines give equal bits.

    from hypothesis import given
    from wargame.testing import scenarios

    @given(scenarios(horizon=3))
    def test_something_that_holds_for_every_scenario(scenario):
        results = wargame.simulate(scenario, episodes=4, seed=1, progress=False)
        ...

`scenario_data()` draws a scenario as plain data (what a YAML file would hold), `as_text` writes it as YAML,
`scenarios()` loads it.
"""

from wargame.testing.scenarios import as_text, scenario_data, scenarios

__all__ = ["as_text", "scenario_data", "scenarios"]

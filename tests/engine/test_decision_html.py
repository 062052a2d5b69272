"""A recorded decision shows itself in a notebook."""

import re

from wargame.engine.model import WargameModel
from wargame.scenario.loading import load


def shown(decision) -> str:
    """The words of the page, tags and tables gone."""
    return " ".join(re.sub(r"<[^>]+>", " ", decision._repr_html_()).split())


def test_a_decision_shows_what_was_weighed() -> None:
    model = WargameModel(load("korea-2025"), seed=1, record=True)
    while model.running:
        model.step()
    first = next(one for one in model.decisions if one.actor == "washington" and one.probabilities)
    text = shown(first)
    assert text.startswith(
        f"washington, turn {first.turn}, initiative: {first.choice.replace('_', ' ')} (by chance"
    )
    assert "Expected of seoul: " in text
    assert "policy chance score " in text
    for policy, chance in first.probabilities.items():
        assert f"{policy.replace('_', ' ')} {chance:.1%} {first.scores[policy]:.3f}" in text
    bold = re.findall(r"<td style='font-weight:bold;text-align:left'>([^<]*)", first._repr_html_())
    assert bold == [first.choice.replace("_", " ")]


def test_a_decision_not_made_says_so() -> None:
    model = WargameModel(load("korea-2025"), seed=1, record=True)
    while model.running:
        model.step()
    repeated = next(one for one in model.decisions if one.reason == "repeat")
    assert "it did not reconsider" in shown(repeated)
    assert "<table>" not in repeated._repr_html_()

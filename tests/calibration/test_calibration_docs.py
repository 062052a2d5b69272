"""The numbers in the pages on calibration and validation are those that the commands give."""

import re

import pytest

from tests.calibration import regenerate

SLOW = pytest.mark.verify
PAGES = ("calibration.md", "validation.md")
COMMANDS = [
    pytest.param(page, what, marks=[SLOW] if "calibrate" in what else [])
    for page in PAGES
    for kind, what in regenerate.blocks(page)
    if kind == "command"
]
RECOVERIES = [what for kind, what in regenerate.blocks("calibration.md") if kind == "recovery"]


NUMBER = re.compile(r"[+−]?\d[\d,]*\.?\d*")


def assert_same(page: str, now: str) -> None:
    """The same words, and numbers to within what other processors' arithmetic may move."""
    assert NUMBER.sub("#", page).split() == NUMBER.sub("#", now).split()
    for before, after in zip(NUMBER.findall(page), NUMBER.findall(now), strict=True):
        there, here = (float(text.replace(",", "").replace("−", "-")) for text in (before, after))
        assert abs(there - here) <= 0.003 + 0.005 * abs(there), (before, after)


def test_pages_hold_outputs() -> None:
    assert list(regenerate.RECOVERIES) == RECOVERIES
    assert len(COMMANDS) == 2


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_a_page_shows_what_a_command_prints(page: str, command: str) -> None:
    assert_same(regenerate.blocks(page)["command", command], regenerate.output(command))


@pytest.mark.verify
@pytest.mark.parametrize("name", RECOVERIES)
def test_known_numbers_are_recovered(name: str) -> None:
    """Of the 90 % intervals that are given, 85 to 95 % hold the truth: of all of them together, of each number that
    most records tell, and along the directions that records know.

    Numbers that few records tell are not looked at one by one: five intervals prove nothing, and the page says what
    comes of them.
    """
    found = regenerate.recovered(name)
    coverage = found.coverage().set_index("parameter")
    of_all = coverage.loc["all", "coverage"]
    often = coverage.drop("all").query("given > 0.5")["coverage"]
    assert "launch_days_spell" in often.index
    for share in (of_all, *often, found.directions_covered()):
        assert 0.85 <= share <= 0.95
    assert_same(regenerate.blocks("calibration.md")["recovery", name], regenerate.recovery_text(found))


def test_every_number_of_the_results_stands_in_an_output() -> None:
    """What validation.md says about its results is copied from the outputs below it."""
    page = (regenerate.DOCS / "validation.md").read_text("utf-8")
    outputs = " ".join(regenerate.blocks("validation.md").values())
    told = page[page.index("## Results") : page.index("## What this does not show")]
    told = regenerate.MARK.sub("", told)
    numbers = re.findall(r"[+−]?\d+\.\d+", told)
    assert len(numbers) > 10
    missing = [number for number in numbers if number not in outputs]
    assert not missing, missing

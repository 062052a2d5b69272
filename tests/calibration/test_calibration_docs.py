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
RECOVERIES = [int(what) for kind, what in regenerate.blocks("calibration.md") if kind == "recovery"]


NUMBER = re.compile(r"[+−]?\d[\d,]*\.?\d*")


def assert_same(page: str, now: str) -> None:
    """The same words, and numbers to within what other processors' arithmetic may move."""
    assert NUMBER.sub("#", page).split() == NUMBER.sub("#", now).split()
    for before, after in zip(NUMBER.findall(page), NUMBER.findall(now), strict=True):
        there, here = (float(text.replace(",", "").replace("−", "-")) for text in (before, after))
        assert abs(there - here) <= 0.003 + 0.005 * abs(there), (before, after)


def test_pages_hold_outputs() -> None:
    assert RECOVERIES == [3, 5]
    assert len(COMMANDS) == 2


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_a_page_shows_what_a_command_prints(page: str, command: str) -> None:
    assert_same(regenerate.blocks(page)["command", command], regenerate.output(command))


@pytest.mark.verify
@pytest.mark.parametrize("numbers", RECOVERIES)
def test_known_numbers_are_recovered(numbers: int) -> None:
    """Intervals of 90 % hold the truth in 85 to 95 % of records; of numbers that cannot be told apart in more.

    With all five open the record says less about some than their ranges do, and intervals that end with the ranges hold
    the truth too often: the page says so.
    """
    found = regenerate.recovered(numbers)
    coverage = found.coverage()["coverage"]
    assert coverage.min() >= 0.85
    assert numbers == 5 or coverage.max() <= 0.95
    assert_same(
        regenerate.blocks("calibration.md")["recovery", str(numbers)], regenerate.recovery_text(found)
    )


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

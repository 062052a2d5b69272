"""docs/korea-findings.md has every answer and figure; what is played again gives every number of it."""

from __future__ import annotations

import re
from functools import cache

import pytest
from answers import ANSWERS
from plays import WITH_ARMS, Played, play
from regenerate import HERE, PAGE, ROOT, page
from wording import filled

import wargame
from wargame.experiment.files import available_experiments, load_experiment
from wargame.scenario.evidence import Basis, audit


@cache
def played() -> Played:
    return play()


def test_every_experiment_has_its_question_hypothesis_and_answer_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    assert set(ANSWERS) == set(available_experiments())
    for name in available_experiments():
        asked = load_experiment(name)
        for part in (asked.question, asked.hypothesis, asked.answer):
            assert part
            assert " ".join(part.split()) in text, name


def test_the_words_of_the_page_and_the_answers_are_those_that_they_are_made_from() -> None:
    text = PAGE.read_text("utf-8")
    for part in re.split(
        r"^\{(?:table|experiment) [\w-]+\}$", (HERE / "page.md").read_text("utf-8"), flags=re.M
    ):
        assert part.strip() in text
    for name, answer in ANSWERS.items():
        found = load_experiment(name).answer
        for words in re.split(r"\{[^}]+\}", " ".join(answer.split())):
            assert words in " ".join(found.split()), name


def test_every_figure_of_the_page_is_there() -> None:
    figures = re.findall(r"\]\((images/[\w.-]+)\)", PAGE.read_text("utf-8"))
    assert figures == [f"images/findings-{name}.png" for name in WITH_ARMS]
    for figure in figures:
        assert (ROOT / "docs" / figure).is_file()


def test_the_page_says_how_much_rests_on_judgement() -> None:
    found = audit(wargame.load("korea-2025"))
    judged, numbers = found.count(Basis.JUDGEMENT), len(found.numbers)
    said = f"{judged} of its {numbers} numbers are judgement, {found.with_range} have a range"
    assert said in PAGE.read_text("utf-8")


@pytest.mark.verify
def test_the_page_is_what_is_played() -> None:
    assert PAGE.read_text("utf-8") == page(played())


@pytest.mark.verify
@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_in_the_file_is_what_is_played(name: str) -> None:
    expected = filled(name, ANSWERS[name], played())
    assert " ".join(load_experiment(name).answer.split()) == expected

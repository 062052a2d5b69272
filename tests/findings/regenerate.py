"""Make docs/korea-findings.md, its figures and the answers in configs/experiments from what is played.

    python tests/findings/regenerate.py

plays everything anew, some five minutes of one processor. The page's text is page.md beside this file, that of the
answers is answers.py; both have places for numbers. Read the sentences around what changed before you keep it.
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pandas as pd
from answers import ANSWERS
from plays import WITH_ARMS, Played, play
from tables import TABLES
from wording import filled

from wargame.experiment.files import load_experiment
from wargame.plots.experiments import paired_differences
from wargame.plots.style import new_figure, style

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "korea-findings.md"
EXPERIMENTS = ROOT / "configs" / "experiments"
ANSWER = re.compile(r"^answer: >\n(?:  .*\n)+", re.MULTILINE)


def page(played: Played) -> str:
    """The whole page."""
    text = (HERE / "page.md").read_text("utf-8")

    def part(found: re.Match[str]) -> str:
        kind, name = found[1], found[2]
        return TABLES[name](played) if kind == "table" else experiment_part(name, played)

    return re.sub(r"^\{(table|experiment) ([\w-]+)\}$", part, text, flags=re.MULTILINE)


def experiment_part(name: str, played: Played) -> str:
    """One experiment: its question, what was expected, the answer, and its figure if it has one."""
    asked = load_experiment(name)
    parts = [
        f"### {asked.title}",
        f"**{asked.question}** (`wargame experiment {name}`)",
        f"*Expected beforehand:* {' '.join(asked.hypothesis.split())}",
        f"*Found:* {filled(name, ANSWERS[name], played)}",
    ]
    if name in WITH_ARMS:
        parts.append(f"![{asked.title}: differences from the baseline](images/findings-{name}.png)")
    return "\n\n".join(parts)


def answer_block(text: str) -> str:
    """An answer as it stands in an experiment's file."""
    return "answer: >\n" + textwrap.fill(text, 148, initial_indent="  ", subsequent_indent="  ") + "\n"


def write_answer(name: str, text: str) -> None:
    """Put an answer into an experiment's file, after the hypothesis."""
    path = EXPERIMENTS / f"{name}.yaml"
    whole = ANSWER.sub("", path.read_text("utf-8"))
    end = re.search(r"^hypothesis: >\n(?:  .*\n)+", whole, re.MULTILINE)
    assert end is not None, name
    path.write_text(whole[: end.end()] + answer_block(text) + whole[end.end() :], "utf-8")


def draw(name: str, played: Played) -> None:
    """The outcomes that an experiment shows: ranges over what is not known, and differences with chance."""
    asked, found = load_experiment(name), played.answered[name]
    shown = [one for one in asked.shown if one in asked.scenario.outcomes]
    ranges = found.over.rename(columns={"range_low": "over_low", "range_high": "over_high"})
    columns = ["arm", "kind", "name", "over_low", "over_high"]
    table = found.differences.merge(ranges[columns], on=columns[:3], validate="one_to_one")
    table = table[(table["kind"] == "outcome") & table["name"].isin(shown)]
    table["name"] = pd.Categorical(table["name"], shown)
    table = table.sort_values("name", kind="stable").astype({"name": str})
    table = table.drop(columns=["unpaired_low", "unpaired_high"])
    arms = {arm: one.title for arm, one in asked.arms.items()}
    with style():
        figure = new_figure(7.2, 1.0 + 0.13 * len(shown) * len(arms))
        labels = {one: asked.scenario.outcomes[one].title for one in shown}
        paired_differences(table, figure.add_subplot(), arms=arms, labels=labels)
        path = ROOT / "docs" / "images" / f"findings-{name}.png"
        figure.savefig(path, dpi=110, metadata={"Software": None})


def write(played: Played) -> None:
    """Write answers, page and figures."""
    for name, text in ANSWERS.items():
        write_answer(name, filled(name, text, played))
    PAGE.write_text(page(played), "utf-8")
    for name in WITH_ARMS:
        draw(name, played)


if __name__ == "__main__":
    write(play())

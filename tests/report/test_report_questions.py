"""Pages that answer a question of one's own, as docs/report.md says, and those of null players and knock-outs."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import wargame
from wargame.experiment.display import percent
from wargame.experiment.files import loads_experiment
from wargame.experiment.knockouts import knockout_table
from wargame.experiment.null_players import null_player_table, null_players
from wargame.report.html.reading import read_subject
from wargame.report.html.writing import page

sys.path.insert(0, str(Path(__file__).parent))
from pages import QUARREL, Page

ROOT = Path(__file__).resolve().parents[2]

KNOCKED = """
name: parts
scenario: quarrel
question: Does the mishap do anything?
hypothesis: Without it tension is lower.
episodes: 100
arms:
  whole:
  no_mishap: {label: No mishap, set: {luck: 0}, moves: {peak: lower}}
"""


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(QUARREL, file="quarrel.yaml")


def test_the_question_of_the_docs_is_answered_by_its_page(tmp_path: Path) -> None:
    """The file of docs/report.md, played as it stands but for its size."""
    text = (ROOT / "docs" / "report.md").read_text("utf-8")
    block = next(
        found for found in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "name: cut-4500" in found
    )
    asked = loads_experiment(block.replace("lhs: 200", "lhs: 24").replace("episodes: 250", "episodes: 3"))
    played = wargame.experiment(replace(asked, seed=3), engine="mesa", progress=False)
    found = Page(page(read_subject(played.save(tmp_path / "cut-4500-experiment"))))
    assert found.headings[0] == (1, "What if Washington cuts 4,500 troops in early 2026?")
    troops = played.comparison.differences.set_index(["kind", "name"]).loc[("metric", "final_usfk")]
    assert -4.6 < float(troops["difference"]) < -3
    assert "On the calendar: 4,500 troops leave, 2026Q1" in found.text
    assert "over what is not known" in found.text[: found.text.index("The choices compared")]


def test_null_players_have_a_page_that_tells_the_distance(tmp_path: Path, scenario: wargame.Scenario) -> None:
    asked = null_players(scenario, episodes=100, holds={"north": "wait", "south": "hold"})
    played = wargame.experiment(asked, progress=False)
    found = Page(page(read_subject(played.save(tmp_path / "null"))))
    assert "Does strategy matter?" in found.text
    row = null_player_table(played).iloc[0]
    ends = f"{percent(row['distance'])} {percent(row['low'])} to {percent(row['high'])}"
    assert ends in found.text
    assert "wargame null-players quarrel -n 100" in found.text
    # Six arms beside the baseline: the first screen shows the five that change most.
    assert "(the 5 that change most of 6)" in found.text


def test_knockouts_have_a_page_that_tells_the_verdicts(tmp_path: Path, scenario: wargame.Scenario) -> None:
    played = wargame.experiment(loads_experiment(KNOCKED, scenario=scenario), progress=False)
    found = Page(page(read_subject(played.save(tmp_path / "parts"))))
    row = knockout_table(played).iloc[0]
    assert row["verdict"] == "as stated"
    assert "Does each mechanism do what it is there for?" in found.text
    assert "1 of 1 statements are borne out beyond chance" in found.text
    assert f"No mishap Highest tension lower {row['difference']:.3g}".replace("-", "−") in found.text

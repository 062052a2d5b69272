"""The page of a run, of two runs and of an experiment: what it says, and that what it tells people to do works."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import wargame
from wargame.cli import app
from wargame.experiment.display import percent

sys.path.insert(0, str(Path(__file__).parent))
import itertools

from pages import QUARREL, QUESTION, Page, commands


def call(*arguments: str) -> Result:
    result = CliRunner(env={"COLUMNS": "100"}).invoke(app, list(arguments), prog_name="wargame")
    assert result.exit_code == 0, result.output
    return result


def typed(line: str) -> Result:
    """What a reader of the page types."""
    words = shlex.split(line)
    assert words[0] == "wargame"
    return call(*words[1:])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run, the same with an order, and an experiment, each with its report."""
    folder = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "quarrel.yaml").write_text(QUARREL, "utf-8")
        (folder / "pushing.yaml").write_text(QUESTION, "utf-8")
        (folder / "sampled.yaml").write_text(
            QUESTION.replace("episodes: 80", "episodes: 10\ndesign: {lhs: 100}").replace(
                "pushing", "sampled"
            ),
            "utf-8",
        )
        run = ("run", "quarrel.yaml", "-n", "120", "--no-figures")
        call(*run, "--out", "plain-run")
        call(*run, "--order", "north=probe@2025Q1..2025Q4", "--out", "push-run")
        call(*run, "-n", "400", "--uncertain", "--out", "uncertain-run")
        call("experiment", "pushing.yaml", "--no-figures", "--out", "pushing")
        call("experiment", "sampled.yaml", "--no-figures", "--out", "sampled")
        for name in ("plain-run", "uncertain-run", "pushing", "sampled"):
            call("report", name)
        call("report", "push-run", "--compare", "plain-run")
    return folder


@pytest.fixture(autouse=True)
def _here(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)


FOLDERS = ("plain-run", "uncertain-run", "push-run", "pushing", "sampled")


def page_of(folder: str) -> Page:
    return Page(Path(folder) / "report.html")


# ---- the page as such ----------------------------------------------------------------------------


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_comes_from_elsewhere(folder: str) -> None:
    page = page_of(folder)
    assert "script" not in page.tags
    assert all(one.startswith(("data:", "#")) for one in page.references), page.references
    assert not re.search(r"@import|url\(", page.html)


@pytest.mark.parametrize("folder", FOLDERS)
def test_headings_are_in_order_and_links_lead_somewhere(folder: str) -> None:
    page = page_of(folder)
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    assert all(text.strip() for _, text in page.headings)
    assert {one[1:] for one in page.references if one.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("folder", ["plain-run", "push-run", "pushing", "sampled"])
def test_every_picture_says_what_it_shows_and_has_its_numbers_behind_it(folder: str) -> None:
    page = page_of(folder)
    assert page.images
    assert all(len(image["alt"]) > 40 for image in page.images)
    figures = re.findall(r"<figure>.*?</figure>", page.html, re.DOTALL)
    assert len(figures) == len(page.images)
    assert all("<summary>The numbers behind this figure" in one and "<td" in one for one in figures)


def test_what_the_scenario_says_cannot_break_the_page() -> None:
    page = page_of("plain-run")
    assert "A quarrel <over> the fence & the hedge" in page.text
    assert "<over>" not in page.html


def test_the_same_results_give_the_same_page(place: Path) -> None:
    before = (place / "pushing" / "report.html").read_bytes()
    call("report", "pushing", "--out", "again.html")
    assert (place / "again.html").read_bytes() == before


def test_the_question_can_be_asked_in_own_words() -> None:
    shown = call("report", "plain-run", "--question", "Who gives in?", "--out", "asked.html", "--quiet")
    assert shown.output == "asked.html\n"
    assert Page(Path("asked.html")).headings[0] == (1, "Who gives in?")


# ---- a run ---------------------------------------------------------------------------------------


def test_a_run_says_how_it_ended_and_that_what_is_not_known_is_left_out() -> None:
    page, results = page_of("plain-run"), wargame.read("plain-run")
    table = results.outcomes()
    first = page.text[: page.text.index("On this page") if "On this page" in page.text else 2500]
    for row in table.to_dict("records"):
        assert percent(float(row["share"])) in first
    likeliest = results.labels.outcomes[str(table.loc[table["share"].idxmax(), "outcome"])]
    assert f"Most often: {likeliest}, in {percent(float(table['share'].max()))} of all episodes." in first
    assert "What is not known is not in these numbers." in first
    assert first.index("What is not known") < first.index("How the episodes ended")


def test_what_the_page_says_to_type_for_the_range_gives_the_range(place: Path) -> None:
    block = next(lines for lines in commands(page_of("plain-run")) if "sweep" in lines[0])
    typed(block[0].replace("--lhs 200 -n 250", "--lhs 150 -n 20"))
    typed(block[1] + " --out ranged.html")
    page = Page(Path("ranged.html"))
    spread = pd.read_csv(place / "results" / "quarrel-unknown-sweep" / "spread.csv").set_index(
        ["kind", "name"]
    )
    row = spread.loc[("outcome", "peace")]
    assert f"{100 * row['range_low']:.1f} % to {100 * row['range_high']:.1f} %" in page.text
    assert "The range over what is not known comes first" in page.text
    assert "with every number as stated" in page.text
    assert "What is not known is not in these numbers" not in page.text
    # The size of a shove is what moves the endings, it is a judgement, and the page says both.
    assert "“Size of a shove”" in page.text
    assert "moved most by a judgement" in page.text


def test_the_commands_on_the_page_play_the_same_episodes() -> None:
    page = page_of("push-run")
    again = next(lines for lines in commands(page) if lines[0].startswith("wargame run"))
    assert len(again) == 2
    for place, (line, folder) in enumerate(zip(again, ("plain-run", "push-run"), strict=True)):
        typed(re.sub(r"--out \S+", f"--out again-{place}-run --no-figures", line))
        digest = wargame.read(f"again-{place}-run").digest
        assert digest == wargame.read(folder).digest
        assert digest in page.text


def test_a_run_that_drew_what_is_not_known_names_what_moves_it() -> None:
    page = page_of("uncertain-run")
    assert "What is not known is mixed in" in page.text
    assert "2 numbers were drawn" in page.text
    block = next(lines for lines in commands(page) if "sweep" in lines[0])
    assert "--uncertain" not in block[0]


def test_evidence_counts_what_the_numbers_rest_on() -> None:
    text = page_of("plain-run").text
    assert (
        "Of 4 numbers in the scenario, 2 are judgements, 1 have a source, and 1 rests on nothing" not in text
    )
    assert "Of 4 numbers in the scenario, 2 are judgements, 1 has a source, and 1 rests on nothing" in text
    assert "2 have a range" in text


def test_endings_at_once_are_not_compared_by_points_that_had_less_time() -> None:
    page = page_of("plain-run")
    stakes = page.html[page.html.index('id="stakes"') : page.html.index('id="scenario"')]
    rows = re.findall(r'<th scope="row">(.*?)</th>', stakes)
    assert rows == ["A long sulk", "Peace"]
    means = wargame.read("plain-run").episodes.groupby("outcome", observed=True)["payoff.south"].mean()
    assert f"{means['peace']:.3g}".replace("-", "−") in stakes


# ---- several arms --------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["push-run", "pushing"])
def test_a_comparison_says_what_changes(folder: str) -> None:
    page = page_of(folder)
    if folder == "pushing":
        arms = wargame.read_experiment("pushing").arms
        ours, theirs = arms["push"].episodes, arms["free"].episodes
        assert page.headings[0][1] == "What if the North pushes all through 2025?"
        assert "written down before anything was played: More blows." in page.text
    else:
        ours, theirs = wargame.read("push-run").episodes, wargame.read("plain-run").episodes
    switched = (ours["outcome"].astype(str) != theirs["outcome"].astype(str)).mean()
    assert f"changes how {percent(float(switched))} of all episodes end" in page.text
    difference = 100 * ((ours["outcome"] == "war").mean() - (theirs["outcome"] == "war").mean())
    assert f"{difference:+.1f}" in page.text
    assert "The North: Probe the fence, 2025Q1 to 2025Q4" in page.text
    assert "With the same luck" in page.text


def test_an_experiment_over_what_is_not_known_puts_the_range_first() -> None:
    from wargame.analysis.paired_spread import paired_spread

    page, found = page_of("sampled"), wargame.read_experiment("sampled")
    arms = found.sweeps
    spread = paired_spread(arms["push"].outcomes, arms["free"].outcomes, arms["free"].outcome_names)
    row = spread.set_index("name").loc["peace"]
    low, high = (f"{100 * row[end]:+.1f}".replace("-", "−") for end in ("range_low", "range_high"))
    first = page.text[: page.text.index("The choices compared")]
    assert f"{low} to {high} points over what is not known" in first
    assert "100 ways in which the world may be" in first


def test_two_runs_can_be_played_again_as_an_experiment_with_a_range(place: Path) -> None:
    block = next(lines for lines in commands(page_of("push-run")) if lines[0] == "name: question")
    text = "\n".join(block).replace("lhs: 200", "lhs: 20").replace("episodes: 250", "episodes: 10")
    (place / "question.yaml").write_text(text, "utf-8")
    call("experiment", "question.yaml", "--no-figures", "--out", "question")
    call("report", "question")
    assert "points over what is not known" in page_of("question").text


# ---- stories -------------------------------------------------------------------------------------


def test_three_episodes_are_told_and_end_as_the_table_says() -> None:
    page, results = page_of("plain-run"), wargame.read("plain-run")
    told = re.findall(r"Episode (\d+): .*? It ended after (\d+) quarters?, in \S+: (.*?)\. ", page.text)
    assert len(told) == 3
    episodes = results.episodes.set_index("episode")
    for number, length, title in told:
        row = episodes.loc[int(number)]
        assert results.labels.outcomes[str(row["outcome"])] == title
        assert int(row["length"]) == int(length)


def test_the_three_episodes_are_chosen_by_the_stated_rule() -> None:
    page, results = page_of("plain-run"), wargame.read("plain-run")
    table = results.episodes
    points = table[["payoff.north", "payoff.south"]].div(table["length"], axis=0)
    score = points.rank(pct=True).mean(axis=1)
    usual = table["outcome"].value_counts()
    means = score.groupby(table["outcome"], observed=True).mean()[usual[usual >= 10].index]
    numbers = [int(one) for one in re.findall(r"Episode (\d+): ", page.text)]
    endings = [str(table["outcome"].iloc[number]) for number in numbers]
    outcomes = wargame.loads(results.manifest["scenario"]["text"]).outcomes
    stops = [name for name in means.index if outcomes[name].terminal]
    assert not stops
    assert endings == [usual.idxmax(), means.idxmax(), means.idxmin()]
    middle = score[table["outcome"] == endings[0]]
    assert abs(score[numbers[0]] - middle.median()) == (middle - middle.median()).abs().min()


def test_a_story_tells_choices_events_and_where_it_went() -> None:
    page = page_of("plain-run")
    story = page.text[page.text.index("Three episodes Played again") :]
    assert "2025Q1 The North:" in story
    assert "A mishap (chance 20 %)." in story
    assert story.count("Harvest festival") == 3
    assert "From start to end: Tension 0.5 →" in story
    assert re.search(r"wargame replay plain-run \d+", story)

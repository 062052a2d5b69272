"""The story of an episode tells what was recorded, in labels, and agrees with the run."""

import pytest

import wargame
from wargame.report.overview import PARTS, PartError, overview
from wargame.report.retold import StoryError, retell
from wargame.report.story import story


@pytest.fixture(scope="module")
def model(results: wargame.Results) -> wargame.WargameModel:
    return wargame.replay(results, 4)


def test_the_story_agrees_with_the_run(results: wargame.Results) -> None:
    for episode in range(len(results)):
        model = wargame.replay(results, episode)
        row = results.episodes.iloc[episode]
        assert model.outcome == row["outcome"]
        assert model.length == row["length"]
        for name, value in model.metrics.items():
            assert value == row[f"metric.{name}"] or (
                value != value and row[f"metric.{name}"] != row[f"metric.{name}"]
            )
        title = model.declared.outcomes[str(model.outcome)].title
        text = str(story(model))
        assert f"How it ended: {title}" in text
        assert f"Episode {episode} of seed 3" in text


def test_recording_changes_nothing_and_costs_nothing_unasked(scenario: wargame.Scenario) -> None:
    plain = wargame.WargameModel(scenario, seed=3, episode=4)
    recorded = wargame.WargameModel(scenario, seed=3, episode=4, record=True)
    assert plain.play() == recorded.play()
    assert plain.workspace == recorded.workspace == recorded.history[-1]
    assert len(recorded.history) == recorded.length + 1
    assert plain.history == []


def test_every_turn_is_taken_apart_into_what_moved_it(model: wargame.WargameModel) -> None:
    turns = retell(model)
    assert [turn.number for turn in turns] == list(range(model.length))
    drill = turns[1]
    assert [entry.name for entry in drill.entries] == ["Fire drill"]
    assert drill.began.state("noise") == pytest.approx(min(1, drill.before.state("noise") + 0.15))
    for turn in turns:
        assert turn.end is not None
        assert turn.resolved is not None
        moved = turn.resolved.state("noise") + 0.1 * turn.end["nature.door"]
        expected = min(1.0, max(0.0, moved)) + turn.end["nature.hum"]
        assert turn.end.state("noise") == pytest.approx(min(1.0, max(0.0, expected)))
        assert turn.chances["door"] in (0.0, 0.5)
        assert turn.end["nature.door"] == (turn.end["draw.door"] < turn.chances["door"])
    assert turns[1].chances["weather.rain"] == pytest.approx(0.6)
    assert turns[2].chances["weather.rain"] == 0


def test_a_turn_in_words(model: wargame.WargameModel) -> None:
    text = str(story(model, turns=(1, 1)))
    assert "2025Q4, turn 1" in text
    assert "2026Q1" not in text
    assert "How it ended" not in text
    assert "On the calendar: Fire drill (Noise in the corridor" in text
    assert "Sees Noise in the corridor as" in text
    assert "Has seen Left room:" in text
    assert "Its doctrine says so." in text
    assert "Hush by" in text
    assert "being heard" in text
    assert "weather: rain (chance 60 %)" in text or "weather: sun (chance 40 %)" in text
    assert "How the state moved" in text
    assert "(0: none; 1: deafening)" not in text


def test_terms_of_a_score_add_up_to_it(model: wargame.WargameModel) -> None:
    for decision in model.decisions:
        for policy, terms in decision.terms.items():
            assert sum(terms.values()) == pytest.approx(decision.scores[policy])
    text = str(story(model, terms=True, actor="left"))
    assert "its cost" in text
    assert "score" in text


def test_one_actor_and_brief(model: wargame.WargameModel) -> None:
    text = str(story(model, actor="guard"))
    assert "The guard → " in text
    assert "Left room → " not in text
    brief = str(story(model, brief=True))
    assert "Left room → " in brief
    assert "what sets it apart" not in brief
    assert len(brief.splitlines()) < len(str(story(model)).splitlines()) / 2


def test_no_line_of_a_page_is_wider_than_100_columns(model: wargame.WargameModel) -> None:
    assert max(len(row) for row in str(story(model, terms=True)).splitlines()) <= 100
    assert max(len(row) for row in str(overview(model.declared, ["all"])).splitlines()) <= 100


def test_orders_are_told(scenario: wargame.Scenario) -> None:
    calm = scenario.with_({"state.noise": 0.96})
    results = wargame.simulate(
        calm, episodes=1, orders=["left=bang@2025Q3", "left=rest@2026Q1"], progress=False
    )
    text = str(story(wargame.replay(results, 0)))
    assert "Orders: left=bang@2025Q3, left=rest@2026Q1" in text
    assert "Changed in the scenario: state.noise = 0.96" in text
    assert "It was ordered to play Bang on the wall, which was not available." in text
    if results.episodes["length"].iloc[0] > 2:
        assert "Rest  (by order)" in text


def test_a_failed_episode_is_told_up_to_its_failure(scenario: wargame.Scenario) -> None:
    broken = scenario.with_({"nature.hum.effects": {"noise": "log(0.5 - turn)"}})
    results = wargame.simulate(broken, episodes=1, progress=False)
    model = wargame.replay(results, 0)
    text = str(story(model))
    assert "It could not be finished" in text
    assert "Here the episode stopped" in text
    assert "two-rooms.yaml" in text
    assert "Left room → " in text


def test_what_cannot_be_told_is_an_error_with_words(
    scenario: wargame.Scenario, model: wargame.WargameModel
) -> None:
    with pytest.raises(StoryError, match="not recorded"):
        story(wargame.WargameModel(scenario))
    with pytest.raises(StoryError, match="did you mean 'guard'"):
        story(model, actor="gard")
    with pytest.raises(StoryError, match="not 30"):
        story(model, turns=(30, 30))


def test_a_story_shows_in_a_notebook(model: wargame.WargameModel) -> None:
    assert story(model)._repr_html_().startswith("<pre")
    assert wargame.story is story


def test_a_scenario_without_actors_has_a_story() -> None:
    results = wargame.simulate("classics/competing-risks", episodes=1, progress=False)
    assert "How it ended" in str(wargame.story(wargame.replay(results, 0)))


def test_overview_says_what_is_played(scenario: wargame.Scenario) -> None:
    summary = str(overview(scenario))
    for words in (
        "Left room",
        "Bang on the wall",
        "logit, with precision 6",
        "Deafness",
        "0.7 (bare)",
        "Fire drill",
    ):
        assert words in summary
    whole = str(overview(scenario, ["all"]))
    for words in (
        "A book, p. 3",
        "uniform 0.1, 0.3",
        "none given",
        "0 to 1, 3 of them",
        "count, Poisson",
        "loudest",
    ):
        assert words in whole
    assert "Bang on the wall" in str(overview(scenario, ["left"]))
    assert "Hush by" not in str(overview(scenario, ["left"]))
    with pytest.raises(PartError, match="did you mean"):
        overview(scenario, ["lefty"])


@pytest.mark.parametrize("name", wargame.available_scenarios())
def test_every_scenario_that_comes_with_the_package_can_be_shown(name: str) -> None:
    scenario = wargame.load(name)
    for parts in ([], ["all"], list(PARTS)):
        assert str(overview(scenario, parts))

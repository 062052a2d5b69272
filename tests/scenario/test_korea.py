"""The Korea scenario is what it says: mechanisms by name, ceilings on implausible patterns, rates, spells, types.

`korea-ceilings.yaml` was written before the scenario was tuned, and tuning never moves it.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

import wargame
from wargame.scenario.evidence import audit
from wargame.scenario.loading import configs_directory

TEXT = (configs_directory() / "korea-2025.yaml").read_text("utf-8")
CEILINGS: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("korea-ceilings.yaml"))
PARAMETERS = TEXT[: TEXT.index("\nstate:")]
MECHANISMS = dict(enumerate(re.split(r"\n  # --- M\d+ ", PARAMETERS)[1:], start=1))
EPISODES = 6_000


@pytest.fixture(scope="module")
def korea() -> wargame.Scenario:
    return wargame.load("korea-2025")


@pytest.fixture(scope="module")
def run(korea: wargame.Scenario) -> wargame.Results:
    return wargame.simulate(korea, episodes=EPISODES, seed=1, sample=2_000, progress=False, engine="batch")


def upper_end(values: pd.Series) -> float:
    return float(values.mean() + 1.96 * values.std() / math.sqrt(len(values)))


def a_year(results: wargame.Results) -> dict[str, float]:
    """What happened, by year played. A year without a dispute has four quarters without an incident."""
    episodes = results.episodes
    years = episodes["length"].sum() / 4
    incident = episodes["metric.incidents"].sum() / (4 * years)
    return {
        "clash": episodes["metric.clashes"].sum() / years,
        "crisis": episodes["metric.crises"].sum() / years,
        "war": episodes["outcome"].isin(["war", "nuclear_use"]).sum() / years,
        "nuclear_use": (episodes["outcome"] == "nuclear_use").sum() / years,
        "year_with_dispute": 1 - (1 - incident) ** 4,
    }


# ---- what the file says -------------------------------------------------------------------------------------------


def switches(part: str) -> dict[str, float]:
    """The values of a mechanism's `off:` line."""
    lines = re.findall(r"\boff: (.*)", part)
    assert len(lines) == 1
    return {name: float(number) for name, number in re.findall(r"(\w+)=([-\d.]+)", lines[0])}


def test_the_ten_mechanisms_stand_in_order() -> None:
    assert [int(number) for number in re.findall(r"\n  # --- M(\d+) ", PARAMETERS)] == list(range(1, 11))


@pytest.mark.parametrize("number", MECHANISMS)
def test_a_mechanism_has_formulas_by_its_name_and_a_way_off(number: int, korea: wargame.Scenario) -> None:
    assert re.search(rf'label: "(M\d+, )?M{number}[:,]', TEXT)
    off = switches(MECHANISMS[number])
    assert off
    assert set(off) <= set(korea.parameters)
    changed = korea.with_(off)
    assert all(changed.parameters[name].value.constant == value for name, value in off.items())


def test_what_is_contested_has_a_range_over_both_signs() -> None:
    lines = [
        line for line in TEXT.splitlines() if re.match(r"  \w+: \{value: .*label: [^}]*contested\)", line)
    ]
    assert len(lines) >= 9
    for line in lines:
        found = re.search(r"uniform: \[([-\d.]+), ([-\d.]+)\]", line)
        assert found, line
        assert float(found[1]) < 0 < float(found[2]), line


def test_few_numbers_are_left_inside_formulas(korea: wargame.Scenario) -> None:
    found = audit(korea)
    assert found.bare == ()
    assert found.inside < 100
    assert found.with_range > 0.85 * len(found.numbers)


def test_every_pattern_with_a_ceiling_is_counted(korea: wargame.Scenario) -> None:
    assert len(CEILINGS["patterns"]) >= 15
    assert set(CEILINGS["patterns"]) <= set(korea.metrics)


# ---- what is played -----------------------------------------------------------------------------------------------


def test_every_outcome_is_reached_and_none_is_nearly_sure(run: wargame.Results) -> None:
    shares = run.episodes["outcome"].value_counts(normalize=True)
    assert set(shares.index) == set(wargame.load("korea-2025").outcomes)
    assert shares.max() < CEILINGS["largest_share"]


@pytest.mark.parametrize("name", CEILINGS["patterns"])
def test_no_pattern_is_above_its_ceiling(name: str, run: wargame.Results) -> None:
    """At this n only the mean is held to it; the upper end of its interval, at the many episodes of `make verify`."""
    assert run.episodes[f"metric.{name}"].mean() <= CEILINGS["patterns"][name]["ceiling"]


@pytest.mark.parametrize("name", CEILINGS["rates"])
def test_rates_lie_in_the_range_that_was_stated(name: str, run: wargame.Results) -> None:
    stated = CEILINGS["rates"][name]
    assert stated["low"] < a_year(run)[name] < stated["high"]


def test_the_middle_main_effort_lasts(run: wargame.Results) -> None:
    plays = run.sample_plays
    for actor, least in CEILINGS["median_spell"].items():
        own = plays[plays["actor"] == actor].sort_values(["episode", "turn"])
        begins = (own["policy"] != own["policy"].shift()) | (own["episode"] != own["episode"].shift())
        assert begins.cumsum().value_counts().median() >= least


def test_launch_days_are_like_the_record(korea: wargame.Scenario) -> None:
    """Over as many quarters as the record has, within two of its standard errors (see docs/validation.md)."""
    long = korea.with_({"time.horizon": 54})
    sample = wargame.simulate(long, episodes=2000, seed=5, sample=2000, progress=False).sample
    rows = sample[(sample["variable"] == "launches") & sample["running"] & (sample["turn"] >= 0)]
    series = rows.pivot(index="episode", columns="turn", values="value").dropna().to_numpy()
    known = CEILINGS["launch_days"]
    spread = series.var(axis=1, ddof=1) / series.mean(axis=1)
    assert series.mean() == pytest.approx(known["mean"], abs=2 * 0.529)
    assert (series == 0).mean() == pytest.approx(known["zeros"], abs=2 * 0.077)
    assert spread.mean() == pytest.approx(known["variance"] / known["mean"], abs=2 * 0.667)
    neighbours = [np.corrcoef(one[:-1], one[1:])[0, 1] for one in series]
    assert np.mean(neighbours) == pytest.approx(known["ac1"], abs=2 * 0.101)


# ---- incomplete information ---------------------------------------------------------------------------------------


def test_the_others_find_out_who_they_deal_with(run: wargame.Results) -> None:
    """Beliefs are right on average: a martingale from the prior, and more often right than the prior in the end."""
    episodes = run.episodes
    for belief, prior, found_out in [
        ("belief_resolved", 0.5, "washington_found_out"),
        ("belief_alliance_first", 0.55, "seoul_found_out"),
    ]:
        values = episodes[f"metric.{belief}"]
        assert abs(values.mean() - prior) < 4 * values.std() / math.sqrt(len(values))
        assert episodes[f"metric.{found_out}"].mean() > 0.6


def test_without_a_difference_between_types_nothing_is_learnt(korea: wargame.Scenario) -> None:
    plain = korea.with_(switches(MECHANISMS[9]))
    episodes = wargame.simulate(plain, episodes=200, progress=False, engine="batch").episodes
    assert episodes["metric.belief_resolved"].to_numpy() == pytest.approx(0.5)
    assert episodes["metric.belief_alliance_first"].to_numpy() == pytest.approx(0.55)


# ---- many episodes ------------------------------------------------------------------------------------------------


@pytest.mark.verify
def test_ceilings_and_rates_hold_over_many_episodes(korea: wargame.Scenario) -> None:
    results = wargame.simulate(korea, episodes=100_000, seed=2, progress=False, engine="batch")
    episodes = results.episodes
    over = {
        name: upper_end(episodes[f"metric.{name}"])
        for name, pattern in CEILINGS["patterns"].items()
        if upper_end(episodes[f"metric.{name}"]) > pattern["ceiling"]
    }
    assert not over
    rates = a_year(results)
    assert all(stated["low"] < rates[name] < stated["high"] for name, stated in CEILINGS["rates"].items())
    assert rates["war"] < CEILINGS["historical_war"]["upper_95"]
    assert episodes["outcome"].value_counts(normalize=True).max() < CEILINGS["largest_share"]


@pytest.mark.verify
@pytest.mark.parametrize(("scale", "least", "most"), [(0.3, 0.001, 0.005), (3.0, 0.01, 0.026)])
def test_war_at_its_low_and_its_high(
    scale: float, least: float, most: float, korea: wargame.Scenario
) -> None:
    results = wargame.simulate(
        korea.with_({"war_scale": scale}), episodes=20_000, progress=False, engine="batch"
    )
    assert least < a_year(results)["war"] < most


@pytest.mark.verify
@pytest.mark.parametrize(("actor", "hold"), [("washington", "hold"), ("seoul", "agree_slowly")])
def test_what_the_allies_do_changes_how_it_ends(actor: str, hold: str, korea: wargame.Scenario) -> None:
    """Uniform play, or standing still, moves the outcomes by a tenth or more in total variation."""
    base, idle, blind = (
        wargame.simulate(scenario, orders=orders, episodes=20_000, progress=False, engine="batch")
        for scenario, orders in [
            (korea, []),
            (korea, [f"{actor}={hold}@2025Q3..2030Q2"]),
            (korea.with_({f"actors.{actor}.decision": {"rule": "uniform"}}), []),
        ]
    )
    shares = [one.episodes["outcome"].value_counts(normalize=True) for one in (base, idle, blind)]
    distances = [float(shares[0].sub(other, fill_value=0).abs().sum() / 2) for other in shares[1:]]
    assert max(distances) >= 0.1


# ---- the classroom game -------------------------------------------------------------------------------------------


def test_the_classroom_game_is_short_and_open() -> None:
    brief = wargame.load("korea-2025-brief")
    text = (configs_directory() / "korea-2025-brief.yaml").read_text("utf-8")
    assert len(text.splitlines()) < 150
    assert "time: {step: half-year," in text
    assert 6 <= brief.horizon <= 8
    assert audit(brief).bare == ()
    for actor in brief.actors.values():
        assert 3 <= len(actor.policies) <= 4
        sheet = " ".join(actor.aims.split())
        assert all(part in sheet for part in ("You want", "Red line", "You know", "You do not know"))
    results = wargame.simulate(brief, episodes=10_000, progress=False, engine="batch")
    shares = results.episodes["outcome"].value_counts(normalize=True)
    assert set(shares.index) == set(brief.outcomes)
    assert shares.max() < CEILINGS["largest_share"]

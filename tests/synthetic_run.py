"""A made-up run, cut into blocks of any sizes: what an engine would hand over, without an engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from wargame.engine.block import BINS, FAILED, UNITS_PER_RANGE, Block, Failure, Layout, Variable

OUTCOMES = {
    "limited_war": "Limited war on the peninsula, contained below the nuclear threshold",
    "nuclear_use": "Nuclear use",
    "collapse": "Regime collapse in the North, followed by contested intervention",
    "arms_race": "Unrestrained arms race among all four capitals",
    "alliance_break": "End of the alliance and withdrawal of forward forces",
    "freeze_deal": "Verified freeze in exchange for partial relief of sanctions",
    "grand_bargain": "Grand bargain: peace treaty, normalization and phased disarmament",
    "proliferation": "Nuclear proliferation to the South",
    "status_quo": "Armed status quo",
}
VARIABLES = {
    "tension": ("Tension on the peninsula", "index", 0.0, 1.0),
    "warheads": ("Northern warheads", "warheads", 0.0, 200.0),
    "missiles": ("Deliverable long-range missiles of the North", "launchers", 0.0, 120.0),
    "usfk": ("US forces in Korea", "thousand troops", 0.0, 60.0),
    "trust": ("Alliance trust", "index", 0.0, 1.0),
    "sanctions": ("Sanctions pressure actually enforced at the border", "index", 0.0, 1.0),
    "trade": ("Trade with China", "billion USD", 0.0, 12.0),
    "support": ("Public support for nuclear arms in the South", "share", 0.0, 1.0),
    "gdp_north": ("GDP of the North", "billion USD", 10.0, 60.0),
    "gdp_south": ("GDP of the South", "trillion USD", 1.0, 3.0),
    "dialogue": ("Depth of dialogue", "index", 0.0, 1.0),
    "exercises": ("Scale of joint exercises", "index", 0.0, 2.0),
    "spending": ("Defence spending of the South", "% of GDP", 0.0, 6.0),
    "incidents": ("Incidents so far", "count", 0.0, 40.0),
    "cohesion": ("Elite cohesion", "index", 0.0, 1.0),
    "assertiveness": ("Chinese assertiveness", "index", 0.0, 1.0),
    "share": ("Burden share", "billion USD", 0.0, 8.0),
    "submarines": ("Submarines at sea", "boats", 0.0, 10.0),
}
ACTORS = {"us": "United States", "rok": "Republic of Korea", "dprk": "North Korea", "prc": "China"}
POLICIES = {
    "hold": "Hold the present course",
    "signal": "Signal resolve by statements and visits",
    "exercise": "Large joint exercises near the line",
    "sanction": "Tighten and enforce sanctions",
    "deploy": "Deploy strategic assets to the region",
    "talk": "Offer talks without preconditions",
    "concede": "Concede partial relief for verified steps",
    "strike": "Limited strike on launch sites",
}
TURNS = [f"{2025 + (turn + 2) // 4}Q{(turn + 2) % 4 + 1}" for turn in range(20)]


@dataclass
class SyntheticRun:
    """All arrays of a run, to be cut into blocks."""

    layout: Layout
    arrays: dict[str, Any]
    failures: list[Failure]
    first: int
    sampled_episodes: int

    def blocks(self, *sizes: int) -> Iterator[Block]:
        """Blocks of these sizes; the last size goes on to the end."""
        start, total = 0, len(self.arrays["outcome"])
        for step in range(total):
            if start >= total:
                return
            stop = min(start + sizes[min(step, len(sizes) - 1)], total)
            yield self._block(start, stop)
            start = stop

    def _block(self, start: int, stop: int) -> Block:
        part = {name: values[start:stop] for name, values in self.arrays.items()}
        done = part["outcome"] != FAILED
        values, plays, length = part.pop("values")[done], part.pop("turn_plays")[done], part["length"][done]
        low = np.array([item.low for item in self.layout.variables])
        high = np.array([item.high for item in self.layout.variables])
        share = (values - low) / (high - low)
        bins = np.clip(np.floor(share * BINS), 0, BINS - 1).astype(int)
        points = np.arange(-1, self.layout.horizon)
        kept = slice(start, max(start, min(stop, self.sampled_episodes)))
        return Block(
            first=self.first + start,
            **part,
            running=(points < length[:, None]).sum(axis=0),
            sums=np.rint(share * UNITS_PER_RANGE).astype(np.int64).sum(axis=0),
            histogram=(bins[..., None] == np.arange(BINS)).sum(axis=0),
            policy_turns=plays.sum(axis=0).astype(np.int64),
            sample=self.arrays["values"][kept],
            sample_plays=self.arrays["turn_plays"][kept],
            failures=[item for item in self.failures if start <= item.episode - self.first < stop],
        )


def synthetic_run(
    n: int = 300,
    *,
    seed: int = 1,
    variables: int = 18,
    horizon: int = 20,
    failed: int = 2,
    sampled: int = 25,
    first: int = 0,
    actors: int = 4,
) -> SyntheticRun:
    """A made-up run of n episodes; two outcomes never happen, and a few episodes fail."""
    random = np.random.default_rng(seed)
    layout = synthetic_layout(variables, horizon, actors)
    length = np.minimum(random.geometric(0.06, n), horizon).astype(np.int32)
    outcome = random.choice(9, n, p=[0.08, 0.0, 0.03, 0.15, 0.05, 0.12, 0.004, 0.0, 0.566]).astype(np.int16)
    outcome[length == horizon] = 8
    lost = random.choice(n, failed, replace=False)
    outcome[lost] = FAILED
    plays = _plays(random, layout, length)
    metrics = np.column_stack(
        [random.uniform(0, 1, n), np.where(random.uniform(size=n) < 0.7, np.nan, length)]
    )
    metrics[lost] = np.nan
    payoffs = random.normal(0, 2, (n, actors))
    payoffs[lost] = np.nan
    arrays = {
        "outcome": outcome,
        "length": length,
        "metrics": metrics,
        "payoffs": payoffs,
        "plays": plays.sum(axis=1, dtype=np.int32),
        "sampled": np.column_stack([random.normal(0, 1, n), random.uniform(0.2, 0.4, n)]),
        "orders_blocked": random.poisson(0.1, n).astype(np.int32),
        "values": _values(random, layout, length),
        "turn_plays": plays,
    }
    failures = [_failure(first + int(episode)) for episode in sorted(lost)]
    return SyntheticRun(layout, arrays, failures, first, sampled)


def synthetic_layout(variables: int = 18, horizon: int = 20, actors: int = 4) -> Layout:
    shown = list(VARIABLES.items())[:variables]
    return Layout(
        outcomes=tuple(OUTCOMES),
        metrics=("peak_tension", "first_talks"),
        actors=tuple(ACTORS)[:actors],
        policies=tuple(f"{actor}.{policy}" for actor in list(ACTORS)[:actors] for policy in POLICIES),
        variables=tuple(Variable(name=name, low=item[2], high=item[3], unit=item[1]) for name, item in shown),
        sampled=("parameters.fear_gain", "state.tension"),
        horizon=horizon,
    )


def synthetic_manifest() -> dict[str, Any]:
    return {
        "name": "synthetic",
        "title": "A made-up crisis",
        "seed": 20250701,
        "labels": {
            "outcomes": OUTCOMES,
            "variables": {name: item[0] for name, item in VARIABLES.items()},
            "actors": ACTORS,
            "policies": POLICIES,
        },
        "turns": TURNS,
    }


def _values(random: np.random.Generator, layout: Layout, length: Any) -> Any:
    low = np.array([item.low for item in layout.variables])
    high = np.array([item.high for item in layout.variables])
    shape = (len(length), layout.horizon, len(low))
    drift = random.normal(0, 0.01, len(low)) + random.normal(0, 0.008, (len(length), 1, len(low)))
    steps = drift + random.normal(0, 0.03, shape)
    steps *= np.arange(layout.horizon)[None, :, None] < length[:, None, None]
    start = np.full((len(length), 1, len(low)), 0.3)
    start[:, :, 0] = random.uniform(0.2, 0.4, (len(length), 1))
    share = np.clip(np.concatenate([start, start + np.cumsum(steps, axis=1)], axis=1), 0, 1)
    return low + share * (high - low)


def _plays(random: np.random.Generator, layout: Layout, length: Any) -> Any:
    horizon, kinds = layout.horizon, len(POLICIES)
    plays = np.zeros((len(length), horizon, len(layout.policies)), dtype=np.int16)
    turns = np.arange(horizon)
    for position in range(len(layout.actors)):
        appeal = random.normal(0, 1, kinds)[None, :] + random.normal(0, 0.08, kinds)[None, :] * turns[:, None]
        scores = appeal[None] + random.gumbel(size=(len(length), horizon, kinds))
        chosen = scores.argmax(axis=2)
        for turn in range(1, horizon):
            keep = random.uniform(size=len(length)) < 0.6
            chosen[keep, turn] = chosen[keep, turn - 1]
        one = (chosen[..., None] == np.arange(kinds)) & (turns[None, :, None] < length[:, None, None])
        plays[:, :, position * kinds : (position + 1) * kinds] = one
    return plays


def _failure(episode: int) -> Failure:
    return Failure(
        episode=episode,
        turn=3,
        reason="the result is not a finite number",
        file="scenario.yaml",
        line=41,
        formula="log(trade)",
        values={"trade": 0.0, "gain": float("nan")},
    )

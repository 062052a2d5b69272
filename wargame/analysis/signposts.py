"""Signposts: what is seen in the first year that tells how an episode will end.

A signpost is worth what it adds to knowing how often each ending comes: its skill against the base rate, on episodes
from which it was not learnt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.refusals import NotForThis, TooFew, needed_module
from wargame.scenario.errors import join_names

__all__ = ["TOGETHER", "first_year", "signposts"]

Numbers = NDArray[np.float64]

CLASSES = 5
FOLDS = 10

LEAST_EXPECTED = 5
"""Of the rarest ending that is told apart, so many episodes must be expected in each class of an observable."""

PRIOR = 2.0
"""So many episodes at the base rate are added to each class of an observable, against overconfidence."""

LEAST_EPISODES = 200
LEAST_HITS = 30

TOGETHER = "all together"


def first_year(sample: pd.DataFrame, sample_plays: pd.DataFrame, turns: int = 4) -> pd.DataFrame:
    """What can be seen of each sampled episode in its first turns: a row for each that is still open after them.

    `sample` and `sample_plays` are those of `Results`. Columns, with `episode` as the index: each variable's value at
    the end of the last of these turns, `VARIABLE`; how it changed since it was dealt, `change of VARIABLE`; and on how
    many of these turns each policy was played, `ACTOR.POLICY`. Observables with a single value are left out: they
    tell nothing.
    """
    last = sample[sample["turn"] == turns - 1]
    # Whether the episode went on is in the row of the next turn.
    after = sample[(sample["turn"] == turns) & sample["running"]]
    open_episodes = pd.Index(after["episode"].unique(), name="episode")
    at_end = last.pivot(index="episode", columns="variable", values="value").reindex(open_episodes)
    dealt = sample[sample["turn"] == -1].pivot(index="episode", columns="variable", values="value")
    dealt = dealt.reindex(open_episodes)
    # Where all begin alike, the change says what the value says.
    varies = dealt.columns[dealt.nunique() > 1]
    change = (at_end[varies] - dealt[varies]).add_prefix("change of ")
    early = sample_plays[sample_plays["turn"] < turns]
    played = early["actor"].astype(str) + "." + early["policy"].astype(str)
    counts = pd.crosstab(early["episode"], played).reindex(open_episodes, fill_value=0).astype(np.float64)
    table = pd.concat([at_end, change, counts], axis=1)
    return table.loc[:, table.nunique() > 1]


def signposts(
    observed: pd.DataFrame,
    endings: pd.Series,
    outcome: str | None = None,
    *,
    level: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """How much each observable tells about the ending, over knowing only how often each ending comes.

    `observed` is that of `first_year`, `endings` the outcome of each episode by its number. With `outcome` the question
    is whether it comes or not, otherwise which of all outcomes comes.

    Statistic: the skill by the logarithmic score, 1 - (mean of -log p) / (the same of the base rate): the part of what
    one does not know about the ending that the observable takes away. p is the share of the ending among episodes in
    the same fifth of the observable, or of the base rate alone, both learnt in nine tenths of the episodes and tried in
    the tenth (cross-validation); classes in which fewer than five episodes with the rarest ending are expected are
    joined. 0 is worth nothing; a little below 0 is the price of having tried. The row `all together` is a logistic
    regression with a ridge penalty on all observables at once. Interval: normal, over episodes, of the ratio (delta
    method). Rows by falling skill: `observable`, `skill`, `low`, `high`; with `outcome`, also `at_low` and `at_high`,
    its share in the lowest and the highest class of the observable. `attrs`: `n` episodes, `base` (the share of the
    outcome), `level`, `outcome`.

    TooFew below 200 episodes, or 30 with or without the outcome, with the number that would do; NotForThis for an
    outcome that there is not. Source: Good 1952, "Rational decisions", for the score; Roulston and Smith 2002,
    "Evaluating probabilistic forecasts using information theory".
    """
    target = _target(observed, endings, outcome)
    folds = _folds(target.codes, seed)
    base = _base_rate(target, folds)
    rows = []
    for name in observed.columns:
        column = observed[name].to_numpy(dtype=np.float64)
        row = {"observable": name, **_skill(base, _by_fifths(column, target, folds), level)}
        if outcome is not None:
            row |= _ends(column, target)
        rows.append(row)
    together = {"observable": TOGETHER, **_skill(base, _together(observed, target, folds), level)}
    table = pd.DataFrame(rows).sort_values("skill", ascending=False, kind="stable")
    table = pd.concat([pd.DataFrame([together]), table], ignore_index=True)
    share = float((target.codes == 1).mean()) if outcome is not None else math.nan
    table.attrs = {"n": len(target.codes), "base": share, "level": level, "outcome": outcome}
    return table


@dataclass(frozen=True, kw_only=True)
class _Target:
    """How each episode ended, as a code; `count` endings are told apart."""

    codes: NDArray[np.int64]
    count: int

    @property
    def smallest_class(self) -> int:
        """So many episodes a class of an observable must have."""
        return math.ceil(LEAST_EXPECTED * len(self.codes) / int(np.bincount(self.codes).min()))


def _target(observed: pd.DataFrame, endings: pd.Series, outcome: str | None) -> _Target:
    if not observed.shape[1]:
        raise NotForThis(
            "nothing that is seen in the first turns differs between episodes", "Look at more turns."
        )
    if len(observed) < LEAST_EPISODES:
        raise TooFew(
            f"{len(observed)} episodes with full trajectories that go on after the first turns are too few for "
            f"signposts; {LEAST_EPISODES} are needed",
            f"Make the run with --sample {5 * LEAST_EPISODES} (in Python: sample={5 * LEAST_EPISODES}).",
            LEAST_EPISODES,
        )
    known = list(dict.fromkeys(map(str, getattr(endings.dtype, "categories", endings.dropna()))))
    ended = np.array(list(map(str, endings.loc[observed.index])), dtype=object)
    return _whether(ended, outcome, known) if outcome is not None else _which(ended)


def _which(ended: NDArray[Any]) -> _Target:
    """Which of all endings it is; those with fewer than thirty episodes are told apart from the others as one."""
    names, counts = np.unique(ended, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    codes = {str(names[place]): code for code, place in enumerate(order)}
    rare = int((counts < LEAST_HITS).sum())
    count = len(names) - rare
    if rare and counts[counts < LEAST_HITS].sum() >= LEAST_HITS:
        count += 1
    if count < 2:
        raise NotForThis(
            "all these episodes end in the same way, or nearly", "There is nothing to tell apart."
        )
    found = np.array([min(codes[str(name)], count - 1) for name in ended], dtype=np.int64)
    return _Target(codes=found, count=count)


def _whether(ended: NDArray[Any], outcome: str, known: list[str]) -> _Target:
    """Whether it is that ending."""
    if outcome not in known:
        raise NotForThis(f"there is no outcome {outcome!r}", f"name one of {join_names(known)}")
    codes = (ended == outcome).astype(np.int64)
    for hits, what in ((int(codes.sum()), "end in"), (len(codes) - int(codes.sum()), "do not end in")):
        if hits < LEAST_HITS:
            needed = math.ceil(len(codes) * LEAST_HITS / max(hits, 1) * 1.2)
            raise TooFew(
                f"{hits} of {len(codes)} episodes with full trajectories {what} {outcome}; {LEAST_HITS} are needed",
                f"Make the run with about --sample {needed} (in Python: sample={needed}).",
                needed,
            )
    return _Target(codes=codes, count=2)


def _folds(codes: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """The fold of each episode; every ending is spread evenly over them."""
    random = np.random.default_rng(seed)
    fold = np.empty(len(codes), dtype=np.int64)
    for code in np.unique(codes):
        places = random.permutation(np.flatnonzero(codes == code))
        fold[places] = (np.arange(len(places)) + random.integers(FOLDS)) % FOLDS
    return fold


def _base_rate(target: _Target, folds: NDArray[np.int64]) -> Numbers:
    """-log of the base rate of each episode's ending, as the other folds have it."""
    score = np.empty(len(target.codes))
    for fold in range(FOLDS):
        counts = np.bincount(target.codes[folds != fold], minlength=target.count)
        tried = folds == fold
        score[tried] = -np.log((counts / counts.sum())[target.codes[tried]])
    return score


def _by_fifths(column: Numbers, target: _Target, folds: NDArray[np.int64]) -> Numbers:
    """-log of the share of each episode's ending within its class of the observable, as the other folds have it."""
    score = np.empty(len(column))
    for fold in range(FOLDS):
        learnt, tried = folds != fold, folds == fold
        ends = _class_ends(column[learnt], target.smallest_class)
        counts = np.zeros((len(ends) + 1, target.count))
        np.add.at(counts, (np.searchsorted(ends, column[learnt], side="left"), target.codes[learnt]), 1)
        base = counts.sum(axis=0) / counts.sum()
        shares = (counts + PRIOR * base) / (counts.sum(axis=1, keepdims=True) + PRIOR)
        score[tried] = -np.log(shares[np.searchsorted(ends, column[tried], side="left"), target.codes[tried]])
    return score


def _class_ends(column: Numbers, smallest: int) -> Numbers:
    """Where an observable is cut: between its values if they are few, else at its fifths; small classes are joined."""
    distinct = np.unique(column)
    if len(distinct) <= CLASSES:
        ends = (distinct[1:] + distinct[:-1]) / 2
    else:
        ends = np.unique(np.quantile(column, np.arange(1, CLASSES) / CLASSES))
    counts = np.bincount(np.searchsorted(ends, column, side="left"), minlength=len(ends) + 1)
    kept, size = [], 0
    for end, count in zip(ends, counts, strict=False):
        size += count
        if size >= smallest:
            kept.append(end)
            size = 0
    if kept and size + counts[-1] < smallest:
        kept.pop()
    return np.array(kept)


def _together(observed: pd.DataFrame, target: _Target, folds: NDArray[np.int64]) -> Numbers:
    """-log of the probability that logistic regressions on everything give each episode's ending.

    One for each ending against the others, with probabilities that are made to add up to one.
    """
    linear, pipeline, scaling = (
        needed_module(f"sklearn.{name}", "a signpost")
        for name in ("linear_model", "pipeline", "preprocessing")
    )
    inputs = observed.to_numpy(dtype=np.float64)
    # A ridge under which all observables together move the log odds by about one: few hits need a strong one.
    options = {"C": 1 / inputs.shape[1], "solver": "newton-cholesky"}
    endings = [1] if target.count == 2 else range(target.count)
    chances = np.empty((len(inputs), len(endings)))
    for fold in range(FOLDS):
        learnt, tried = folds != fold, folds == fold
        for place, ending in enumerate(endings):
            model: Any = pipeline.make_pipeline(
                scaling.StandardScaler(), linear.LogisticRegression(**options)
            )
            model.fit(inputs[learnt], target.codes[learnt] == ending)
            chances[tried, place] = model.predict_proba(inputs[tried])[:, 1]
    if target.count == 2:
        chances = np.column_stack([1 - chances[:, 0], chances[:, 0]])
    chances /= chances.sum(axis=1, keepdims=True)
    return np.asarray(-np.log(chances[np.arange(len(inputs)), target.codes]))


def _skill(base: Numbers, score: Numbers, level: float) -> dict[str, float]:
    """The skill and its interval, by the delta method for a ratio of two means over the same episodes."""
    ratio = float(score.mean() / base.mean())
    error = float((score - ratio * base).std(ddof=1)) / (float(base.mean()) * math.sqrt(len(base)))
    half = NormalDist().inv_cdf((1 + level) / 2) * error
    return {"skill": 1 - ratio, "low": 1 - ratio - half, "high": 1 - ratio + half}


def _ends(column: Numbers, target: _Target) -> dict[str, float]:
    """The share of the outcome in the lowest and in the highest class; NaN where there is a single class."""
    ends = _class_ends(column, target.smallest_class)
    if not len(ends):
        return {"at_low": math.nan, "at_high": math.nan}
    place = np.searchsorted(ends, column, side="left")
    return {
        "at_low": float((target.codes[place == 0] == 1).mean()),
        "at_high": float((target.codes[place == len(ends)] == 1).mean()),
    }

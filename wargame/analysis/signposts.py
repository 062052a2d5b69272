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

from wargame.analysis.refusals import NotForThis, TooFew
from wargame.scenario.errors import join_names

__all__ = ["TOGETHER", "first_year", "signposts"]

Numbers = NDArray[np.float64]

CLASSES = 5
FOLDS = 10
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
    change = (at_end - dealt.reindex(open_episodes)).add_prefix("change of ")
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
    the tenth (cross-validation). 0 is worth nothing; a little below 0 is the price of having tried. The row
    `all together` is a logistic regression on all observables at once. Interval: normal, over episodes, of the ratio
    (delta method). Rows by falling skill: `observable`, `skill`, `low`, `high`; with `outcome`, also `at_low` and
    `at_high`, its share in the lowest and the highest fifth of the observable. `attrs`: `n` episodes, `base` (the
    share of the outcome), `level`.

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
            row |= _ends(column, target.codes == 1)
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


def _target(observed: pd.DataFrame, endings: pd.Series, outcome: str | None) -> _Target:
    ended = endings.reindex(observed.index)
    if ended.isna().any():
        raise NotForThis("the endings of some episodes are missing", "Give the outcome of every episode.")
    if not observed.shape[1]:
        raise NotForThis(
            "nothing that is seen in the first year differs between episodes", "Give more turns."
        )
    count = len(ended)
    if count < LEAST_EPISODES:
        raise TooFew(
            f"{count} episodes with full trajectories are too few for signposts",
            f"Make the run with --sample {LEAST_EPISODES * 5} (in Python: sample={LEAST_EPISODES * 5}), "
            f"{LEAST_EPISODES} at the least.",
            LEAST_EPISODES,
        )
    if outcome is None:
        # Endings too rare to be in every fold are told apart as one.
        texts = ended.astype(str)
        counts = texts.value_counts()
        common = [name for name in counts.index if counts[name] >= LEAST_HITS]
        codes = texts.map({name: code for code, name in enumerate(common)}).fillna(len(common))
        found = np.unique(codes.to_numpy(dtype=np.int64), return_inverse=True)[1]
        if found.max(initial=0) == 0:
            raise NotForThis("all these episodes end in the same way", "There is nothing to tell apart.")
        return _Target(codes=found.astype(np.int64), count=int(found.max()) + 1)
    known = list(endings.cat.categories) if hasattr(endings, "cat") else sorted(set(map(str, endings)))
    if outcome not in known:
        raise NotForThis(f"there is no outcome {outcome!r}", f"name one of {join_names(known)}")
    codes = (ended.astype(str) == outcome).to_numpy(dtype=np.int64)
    for hits, what in ((int(codes.sum()), "end in"), (count - int(codes.sum()), "do not end in")):
        if hits < LEAST_HITS:
            needed = math.ceil(count * LEAST_HITS / max(hits, 1) * 1.2)
            raise TooFew(
                f"{hits} of {count} episodes with full trajectories {what} {outcome}; {LEAST_HITS} are needed",
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
        ends = _class_ends(column[learnt])
        counts = np.zeros((len(ends) + 1, target.count))
        np.add.at(counts, (np.searchsorted(ends, column[learnt], side="left"), target.codes[learnt]), 1)
        base = counts.sum(axis=0) / counts.sum()
        shares = (counts + PRIOR * base) / (counts.sum(axis=1, keepdims=True) + PRIOR)
        score[tried] = -np.log(shares[np.searchsorted(ends, column[tried], side="left"), target.codes[tried]])
    return score


def _class_ends(column: Numbers) -> Numbers:
    """Where an observable is cut: between its values if they are few, else at its fifths."""
    distinct = np.unique(column)
    if len(distinct) <= CLASSES:
        return np.asarray((distinct[1:] + distinct[:-1]) / 2)
    return np.unique(np.quantile(column, np.arange(1, CLASSES) / CLASSES))


def _together(observed: pd.DataFrame, target: _Target, folds: NDArray[np.int64]) -> Numbers:
    """-log of the probability that a logistic regression on everything gives each episode's ending."""
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise NotForThis(
            f"signposts need scikit-learn, which is not installed ({error})",
            "Install it with: pip install 'wargame[analysis]'",
        ) from error
    inputs = observed.to_numpy(dtype=np.float64)
    score = np.empty(len(inputs))
    for fold in range(FOLDS):
        learnt, tried = folds != fold, folds == fold
        model: Any = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=5000))
        model.fit(inputs[learnt], target.codes[learnt])
        score[tried] = -model.predict_log_proba(inputs[tried])[np.arange(tried.sum()), target.codes[tried]]
    return score


def _skill(base: Numbers, score: Numbers, level: float) -> dict[str, float]:
    """The skill and its interval, by the delta method for a ratio of two means over the same episodes."""
    ratio = float(score.mean() / base.mean())
    error = float((score - ratio * base).std(ddof=1)) / (float(base.mean()) * math.sqrt(len(base)))
    half = NormalDist().inv_cdf((1 + level) / 2) * error
    return {"skill": 1 - ratio, "low": 1 - ratio - half, "high": 1 - ratio + half}


def _ends(column: Numbers, hits: NDArray[np.bool_]) -> dict[str, float]:
    """The share of the outcome in the lowest and in the highest class."""
    ends = _class_ends(column)
    place = np.searchsorted(ends, column, side="left")
    return {
        "at_low": float(hits[place == place.min()].mean()),
        "at_high": float(hits[place == place.max()].mean()),
    }

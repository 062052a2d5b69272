"""The state over time: over all episodes from the aggregates, within groups from the sampled episodes."""

from __future__ import annotations

import pandas as pd

from wargame.experiment.histograms import means_from_sums, quantiles_from_histogram

__all__ = ["by_outcome", "change", "means_from_sums", "quantiles_from_histogram", "sample_quantiles"]

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


def sample_quantiles(
    sample: pd.DataFrame, episodes: pd.DataFrame | None = None, by: str | None = None
) -> pd.DataFrame:
    """Quantiles of the sampled episodes on each turn; `by`: within each value of a column of `episodes`.

    Statistic: sample quantiles (Hyndman and Fan 1996, type 7) of the values, carried forward after an episode
    has ended, as in `Results.trajectories`. No interval: `n` is the number of sampled episodes, and bands of
    a few dozen are rough. Columns: the name of `by` (where given), `turn`, `variable`, `running`, `n`,
    `mean`, `q05` to `q95`.
    """
    keys = ["turn", "variable"]
    if by is not None:
        if episodes is None:
            raise ValueError("`by` names a column of `episodes`, which is needed then")
        sample = sample.merge(episodes[["episode", by]], on="episode").dropna(subset=[by])
        keys = [by, *keys]
    groups = sample.groupby(keys, sort=False, observed=True)
    table = groups.agg(running=("running", "sum"), n=("value", "count"), mean=("value", "mean"))
    for name, probability in QUANTILES.items():
        table[name] = groups["value"].quantile(probability)
    return table.reset_index()


def by_outcome(sample: pd.DataFrame, outcomes: pd.DataFrame, *, least: int = 20) -> pd.DataFrame:
    """`sample_quantiles` within each outcome that at least `least` of the sampled episodes ended in.

    `outcomes` has `episode` and `outcome`, with every sampled episode. The outcomes that are left out are in
    `table.attrs["too_few"]`, with the number of sampled episodes that ended so: quantiles of fewer would be noise.
    Where an outcome is settled by the last values, that the bands of two outcomes part is no finding; when they part
    is.
    """
    sampled = outcomes[outcomes["episode"].isin(sample["episode"].unique())]
    counts = sampled["outcome"].value_counts(sort=False)
    kept = counts.index[counts >= least]
    table = sample_quantiles(sample, sampled[sampled["outcome"].isin(kept)], "outcome")
    table.attrs = {
        "least": least,
        "too_few": {str(name): int(n) for name, n in counts.items() if n < least},
    }
    return table


def change(trajectories: pd.DataFrame) -> pd.DataFrame:
    """From the state as dealt to the end: `variable`, `n`, `running`, `start`, `end`, `change` of the mean.

    Statistic: difference of two means over the same episodes. No interval: the aggregates hold no
    covariances; for one, compare a `final` and an `at(0, ...)` metric episode by episode.
    """
    last = int(trajectories["turn"].max())
    start = trajectories[trajectories["turn"] == -1].set_index("variable")["mean"]
    end = trajectories[trajectories["turn"] == last].set_index("variable")
    table = end[["n", "running"]].assign(start=start, end=end["mean"], change=end["mean"] - start)
    return table.reset_index()

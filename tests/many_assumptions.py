"""Made-up results under many assumptions, for the tests of what drives a result."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wargame.analysis.ensembles import Observed

__all__ = ["ishigami", "observed", "planted"]


def observed(
    inputs: np.ndarray, value: np.ndarray, *, episodes: float = 1.0, is_share: bool = False, sd: float = 0.0
) -> Observed:
    """Results with the parameters p0, p1, ...; every row has so many episodes."""
    names = [f"p{place}" for place in range(inputs.shape[1])]
    return Observed(
        name="y",
        is_share=is_share,
        inputs=pd.DataFrame(inputs, columns=names),
        n=np.full(len(value), episodes),
        value=np.asarray(value, dtype=np.float64),
        sd=np.full(len(value), sd),
    )


def ishigami(unit: np.ndarray) -> np.ndarray:
    """Ishigami and Homma's function, a = 7 and b = 0.1, of numbers between 0 and 1."""
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def planted(
    rows: int, parameters: int, seed: int, *, episodes: int = 1, inside: float = 0.8, outside: float = 0.05
) -> Observed:
    """An outcome that is frequent where p0 > 0.6 and p1 < 0.4, and rare elsewhere."""
    chance = np.random.default_rng(seed)
    inputs = chance.random((rows, parameters))
    share = np.where((inputs[:, 0] > 0.6) & (inputs[:, 1] < 0.4), inside, outside)
    value = chance.binomial(episodes, share) / episodes
    return observed(inputs, value, episodes=episodes, is_share=True)

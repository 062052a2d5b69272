"""The block bootstrap: how much a moment of one short, dependent series could have come out otherwise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["block_indices"]


def block_indices(length: int, block: int, draws: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Which values each of `draws` resampled series is made of: [draws, length].

    Blocks of `block` neighbours begin anywhere with equal chance, and go round at the end, so that all values count
    alike. Source: Politis and Romano 1992, "A circular block-resampling procedure for stationary data".
    """
    blocks = -(-length // block)
    starts = generator.integers(0, length, size=(draws, blocks))
    indices = (starts[:, :, None] + np.arange(block)) % length
    return indices.reshape(draws, blocks * block)[:, :length].astype(np.int64)

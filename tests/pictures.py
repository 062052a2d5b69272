"""How tests compare figures with pictures of them that somebody has looked at.

A test that bears the mark `picture` returns a Figure, which is drawn and compared with the PNG of the test's name in
`tests/plots/images`. `make figures` draws all of them anew; look at what has changed before it goes in.

The pictures are small (72 dots an inch). Letters are in the font that matplotlib brings along, drawn by the code that
it brings along, so they are the same on every machine, but not in every release of matplotlib: the extra `dev` holds it
to one. The tolerance is a root mean square over all dots of 0 to 255; `test_images.py` shows that what a reader would
notice does not fit in.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from wargame.plots.style import STYLE

__all__ = ["IMAGES", "TOLERANCE", "picture"]

IMAGES = Path(__file__).parent / "plots" / "images"

TOLERANCE = 2.0

picture = pytest.mark.mpl_image_compare(
    baseline_dir=str(IMAGES),
    tolerance=TOLERANCE,
    # Some settings act only when a figure is written.
    style=["default", STYLE],
    savefig_kwargs={"dpi": 72},
    deterministic=True,
)

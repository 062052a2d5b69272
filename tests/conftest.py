"""Makes modules shared by tests of several folders importable, and sets Hypothesis up."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# The same examples every time; machines are shared and noisy, so none has a deadline.
settings.register_profile("wargame", deadline=None, print_blob=True, derandomize=True)
settings.load_profile("wargame")

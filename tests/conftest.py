"""Makes modules shared by tests of several folders importable, and sets Hypothesis up."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# Machines are shared and noisy, so no example has a deadline; a failing one is printed with what it takes to repeat it.
settings.register_profile("wargame", deadline=None, print_blob=True)
settings.load_profile("wargame")

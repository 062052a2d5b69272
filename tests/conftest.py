"""Modules shared by tests of several folders stand beside this file; this makes them importable."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

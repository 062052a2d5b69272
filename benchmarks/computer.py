"""What the machine is that measures: a number of episodes per second means nothing without it."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

import llvmlite.binding as llvm
import mesa
import numpy as np
from c_program import FLAGS, compiler
from measuring import free_processors
from page import Section

from wargame.engine.batch.machine import processor

__all__ = ["computer"]


def computer() -> Section:
    """The machine and the versions."""
    made = processor()
    rows = [
        ("processor", _processor()),
        ("cores this process may use", str(free_processors())),
        ("memory", _memory()),
        ("operating system", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("LLVM", f"{'.'.join(map(str, llvm.llvm_version_info))}, code for {made.name}"),
        ("lanes in a vector", str(made.width)),
        ("C compiler", _compiler()),
        ("Mesa, NumPy", f"{mesa.__version__}, {np.__version__}"),
        ("measured on", datetime.date.today().isoformat()),
    ]
    return Section(title="The machine", columns=("what", "found"), rows=rows)


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.is_file():
        found = re.search(r"^model name\s*:\s*(.+)$", facts.read_text(), re.MULTILINE)
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return "unknown"
    return f"{size / 2**30:.0f} GiB"


def _compiler() -> str:
    gcc = compiler()
    if gcc is None:
        return "none"
    version = subprocess.run([gcc, "-dumpfullversion"], capture_output=True, text=True, check=True).stdout
    return f"gcc {version.strip()}, {' '.join(FLAGS)}"

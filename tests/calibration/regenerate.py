"""The numbers in docs/calibration.md and docs/validation.md: what makes them, and a way to write them anew.

    python tests/calibration/regenerate.py [quick]

plays everything again, some ten minutes, or only what is quick, and puts the outputs into the pages. The tests compare
the pages with the same outputs. Look at the difference, and at the sentences around it, before you keep it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from wargame.calibration.files import load_calibration
from wargame.calibration.recovery import Recovery, recover

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
RECORDS = 100
TRUTH = {
    "parameters.spell_starts": 0.15,
    "parameters.spell_ends": 0.11,
    "parameters.launch_days_spell": 4.2,
    "parameters.launch_days_quiet": 0.5,
    "parameters.launch_days_dispersion": 6.0,
}
"""The numbers of spells.yaml."""

MARK = re.compile(
    r"<!-- (?P<kind>recovery|command): (?P<what>[^>]*?) -->\n```text\n(?P<text>.*?)```", re.DOTALL
)


def output(command: str) -> str:
    """What a command prints, without how long it took, its digest and where it saved."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", *command.split(), "--out", str(Path(folder) / "out")]
        there = {**os.environ, "PYTHONPATH": str(HERE.parents[1]), "COLUMNS": "120"}
        answer = subprocess.run(words, capture_output=True, text=True, check=True, env=there, cwd=folder)
    text = re.sub(r" +\([0-9.]+\s+s\)", "", answer.stdout)
    text = re.sub(r", digest\s+[0-9a-f]{16}", "", text)
    return text[: text.index("\nSaved in")].rstrip() + "\n"


def recovered(numbers: int) -> Recovery:
    """Fits of synthetic records with the first so many numbers open."""
    calibration = load_calibration(HERE / "spells-fit.yaml")
    open_ones = calibration.ranges[:numbers]
    smaller = replace(calibration, ranges=open_ones, episodes=200, generations=25 if numbers == 3 else 35)
    return recover(smaller, {one.name: TRUTH[one.name] for one in open_ones}, records=RECORDS)


def recovery_text(found: Recovery) -> str:
    """The table of a recovery."""
    rows = [f"{'number':<24}{'truth':>8}{'median':>9}{'covered':>9}   95 % interval"]
    for row in found.coverage().to_dict("records"):
        ends = f"{100 * row['low']:.0f} % to {100 * row['high']:.0f} %"
        truth, median = (f"{row[name]:.3g}" if row[name] == row[name] else "" for name in ("truth", "median"))
        rows.append(f"{row['parameter']:<24}{truth:>8}{median:>9}{100 * row['coverage']:>7.0f} %   {ends}")
    rejected = 100 * found.rejected()
    rows.append(
        f"The test of the whole rejects the model, which is right, in {rejected:.0f} % of records at 5 %."
    )
    return "\n".join(rows) + "\n"


def blocks(page: str) -> dict[tuple[str, str], str]:
    """The outputs that stand in a page, by kind and by what made them."""
    text = (DOCS / page).read_text("utf-8")
    return {(found["kind"], found["what"]): found["text"] for found in MARK.finditer(text)}


def write(page: str, *, quick: bool) -> None:
    """Put every output into a page anew."""

    def anew(found: re.Match[str]) -> str:
        if found["kind"] == "command":
            if quick and "calibrate" in found["what"]:
                return found[0]
            text = output(found["what"])
        else:
            if quick:
                return found[0]
            text = recovery_text(recovered(int(found["what"])))
        return f"<!-- {found['kind']}: {found['what']} -->\n```text\n{text}```"

    path = DOCS / page
    path.write_text(MARK.sub(anew, path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    for name in ("calibration.md", "validation.md"):
        write(name, quick="quick" in sys.argv[1:])

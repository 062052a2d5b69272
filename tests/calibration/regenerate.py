"""The numbers in docs/calibration.md and docs/validation.md: what makes them, and a way to write them anew.

    python tests/calibration/regenerate.py [quick | WORD ...]

plays everything again, some twenty minutes, or only what is quick, or the outputs with a word in their mark (such as
`recovery`, or "calibrate korea"), and puts them into the pages. The tests compare the pages with the same outputs.
Look at the difference, and at the sentences around it, before you keep it.
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
from wargame.cli.calibration_summary import ESTIMATED

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
RECOVERIES = {
    "3": (3, 7, TRUTH),
    "5": (5, 7, TRUTH),
    "5, other seeds": (5, 500_000, TRUTH),
    "5, other numbers": (
        5,
        20_000,
        {
            "parameters.spell_starts": 0.11,
            "parameters.spell_ends": 0.0464,
            "parameters.launch_days_spell": 4.76,
            "parameters.launch_days_quiet": 0.611,
            "parameters.launch_days_dispersion": 6.21,
        },
    ),
}
"""How many numbers are open, the seed, and the truth."""

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


def recovered(name: str) -> Recovery:
    """Fits of synthetic records with the first so many numbers open."""
    numbers, seed, truth = RECOVERIES[name]
    calibration = load_calibration(HERE / "spells-fit.yaml")
    open_ones = calibration.ranges[:numbers]
    generations = 25 if numbers == 3 else 35
    smaller = replace(calibration, ranges=open_ones, episodes=200, generations=generations, seed=seed)
    return recover(smaller, {one.name: truth[one.name] for one in open_ones}, records=RECORDS)


def recovery_text(found: Recovery) -> str:
    """The table of a recovery."""
    rows = [
        f"{'number':<24}{'truth':>8}{'median':>9}{'spread':>9}{'error':>9}{'given':>8}{'covered':>9}   95 % interval"
    ]
    for row in found.coverage().to_dict("records"):
        numbers = [f"{row[name]:.3g}" if row[name] == row[name] else "" for name in ESTIMATED]
        held, ends = "–", "–"
        if row["given"] > 0:
            held = f"{100 * row['coverage']:.0f} %"
            ends = f"{100 * row['low']:.0f} % to {100 * row['high']:.0f} %"
        shown = "".join(f"{text:>{width}}" for text, width in zip(numbers, (8, 9, 9, 9), strict=True))
        rows.append(f"{row['parameter']:<24}{shown}{100 * row['given']:>6.0f} %{held:>9}   {ends}")
    rows.append(
        f"A record knows {found.known_directions:.1f} directions in the ranges; of the intervals along these "
        f"{100 * found.directions_covered():.0f} % hold the truth."
    )
    rejected = 100 * found.rejected()
    rows.append(
        f"The test of the whole rejects the model, which is right, in {rejected:.0f} % of records at 5 %."
    )
    return "\n".join(rows) + "\n"


def blocks(page: str) -> dict[tuple[str, str], str]:
    """The outputs that stand in a page, by kind and by what made them."""
    text = (DOCS / page).read_text("utf-8")
    return {(found["kind"], found["what"]): found["text"] for found in MARK.finditer(text)}


def is_wanted(kind: str, what: str, words: list[str]) -> bool:
    """Whether an output is to be made: all are without words, else those that a word names."""
    if words == ["quick"]:
        return kind == "command" and "calibrate" not in what
    return not words or any(word in f"{kind}: {what}" for word in words)


def write(page: str, words: list[str]) -> None:
    """Put the outputs that are wanted into a page anew."""

    def anew(found: re.Match[str]) -> str:
        kind, what = found["kind"], found["what"]
        if not is_wanted(kind, what, words):
            return found[0]
        text = output(what) if kind == "command" else recovery_text(recovered(what))
        return f"<!-- {kind}: {what} -->\n```text\n{text}```"

    path = DOCS / page
    path.write_text(MARK.sub(anew, path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    for name in ("calibration.md", "validation.md"):
        write(name, sys.argv[1:])

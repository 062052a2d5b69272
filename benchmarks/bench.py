"""How fast is it? All measurements in one run: on the screen, and into docs/performance.md.

    make bench

plays the Korea scenario and the toy on both engines, a C program with the same rules, and the toy as a Mesa model
written by hand; starts whole processes; takes the batch engine's kernel apart; and plays a reduced Korea scenario with
every kind of reasoning. It stops if any of them plays other episodes than the others. It takes some minutes; the
machine should have nothing else to do. `python benchmarks/bench.py --only reasoning` measures that last table alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from block_profile import Profile
    from measuring import Speeds
    from page import Section

# Mesa starts processes that read this file again: what is heavy is imported in functions.

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
SCENARIOS = {"Korea": "korea-2025", "toy": str(Path(__file__).parent / "toy.yaml")}
SEED = 1
SLOW_ROUNDS, SLOW_SECONDS = 3, 1.5
FAST_ROUNDS, FAST_SECONDS = 9, 0.7
STARTS = 3


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured with one scenario."""

    fast: dict[str, Speeds]
    slow: dict[str, Speeds]
    profile: Profile
    remarks: list[str]


def measure(title: str, given: str, folder: Path) -> Measured:
    """Play one scenario in every way there is."""
    from block_profile import measure_profile
    from fast_contenders import CHECKED, contenders
    from measuring import interleaved
    from mesa_contenders import SHARED, by_hand, check_by_hand, of_engine

    import wargame
    from wargame.engine.batch.play import batch_for
    from wargame.engine.play import Play

    scenario = wargame.load(given)
    play = Play(scenario=scenario, seed=SEED)
    batch = batch_for(play)
    tell(f"{title}: the batch engine and the C program")
    fastest, program = contenders(play, folder)
    fast = interleaved(fastest, rounds=FAST_ROUNDS, seconds=FAST_SECONDS)
    remarks = ["There is no C program, for there is no gcc here."]
    if program is not None:
        remarks = [
            f"gcc took {program.compile_seconds:.1f} s to compile the C program. In {CHECKED:,} episodes its outcomes, "
            "lengths, metrics and payoffs are the batch engine's to the last bit."
        ]
    tell(f"{title}: Mesa")
    ends: dict[str, list[float]] = {}
    hand_written = by_hand(ends) if title == "toy" else []
    mesa_engine = of_engine(given, play, batch.play_block)
    slow = interleaved([*hand_written, *mesa_engine], rounds=SLOW_ROUNDS, seconds=SLOW_SECONDS)
    remarks.append(
        "What the Mesa engine played through `mesa.batch_run` is the batch engine's to the last bit. With two "
        f"processes a call plays {SHARED:,} episodes or more, the start of the processes included."
    )
    if hand_written:
        compared = check_by_hand(ends, batch.play_block(play, 0, 20_000), batch.layout)
        remarks.append(
            f"In {compared:,} episodes the model written by hand breaks off as often as the engine, and ends where the "
            "engine ends, within four standard errors; its random numbers are others."
        )
    tell(f"{title}: the kernel, function by function")
    return Measured(fast=fast, slow=slow, profile=measure_profile(play), remarks=remarks)


def tell(text: str) -> None:
    """Say what goes on."""
    print(f"... {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure everything, print it, and write the page."""
    parser = argparse.ArgumentParser(description="Measure both engines beside a C program and a Mesa model.")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page whose tables are filled in")
    parser.add_argument("--only", choices=["reasoning"], help="measure one table alone, and leave the others")
    arguments = parser.parse_args()

    from page import rewrite, show
    from reasoning_costs import reasoning_section
    from rich.console import Console

    sections = {} if arguments.only else all_but_reasoning()
    sections["reasoning"] = reasoning_section(tell)
    console = Console()
    for section in sections.values():
        show(section, console)
    rewrite(arguments.page, sections)
    tell(f"written to {arguments.page.name}")


def all_but_reasoning() -> dict[str, Section]:
    """Every table of the Korea scenario and the toy, by its name on the page."""
    from computer import computer
    from mesa_contenders import ALONE, BY_HAND
    from starts import preparing, starts
    from tables import cost_section, group_section, profile_section, ratio_section, speed_section

    sections = {"machine": computer()}
    tell("whole processes")
    sections["starts"] = starts(SCENARIOS["Korea"], repeats=STARTS)
    sections["preparing"] = preparing(SCENARIOS["Korea"])
    with tempfile.TemporaryDirectory() as folder:
        found = {title: measure(title, given, Path(folder)) for title, given in SCENARIOS.items()}
    fast = {title: one.fast for title, one in found.items()}
    for title, base in (("Korea", ALONE), ("toy", BY_HAND)):
        one = found[title]
        sections[f"speed-{title.lower()}"] = speed_section(
            f"Episodes per second, {title}", {**one.slow, **one.fast}, base, one.remarks
        )
    sections["ratios"] = ratio_section(fast)
    profiles = {title: one.profile for title, one in found.items()}
    sections["costs"] = cost_section(profiles)
    sections["groups"] = group_section(profiles)
    sections["profile"] = profile_section(found["Korea"].profile)
    return sections


if __name__ == "__main__":
    main()

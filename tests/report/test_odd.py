"""The ODD tables say what the file says, and those of the Korea model are kept in step with it."""

import itertools
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import wargame
from wargame.cli import app
from wargame.report.odd import odd_tables
from wargame.scenario.loading import available_scenarios

DOCS = Path(__file__).parents[2] / "docs"

TEXT = """
name: small
title: A small game
time: {step: quarter, start: 2025Q3, horizon: 4}
parameters:
  pull: {value: 0.3, label: Pull, unit: per turn, judgement: a guess, distribution: {uniform: [0.1, 0.5]}}
  resolve: {value: 0, source: "A book, 1999"}
state:
  x: {initial: {uniform: [0, 1]}, bounds: [0, 10], unit: metres, label: "Height | depth", source: "The same book"}
  seen: {initial: 0, range: [0, 9]}
define: {twice: {value: 2 * x, label: Twice the height}}
actors:
  a:
    aims: to rise
    before: up
    policies:
      up: {phase: first, cost: 0.1, effects: {x: pull}}
      stay: {phase: first, available: x > 1, effects: {x: {set: 3}, seen: -0.5}}
      offer: {phase: second, levels: {from: 0, to: 1, step: 0.5}, effects: {x: level}}
    utility: {height: twice}
    decision: {rule: logit, precision: 2, expects: {beliefs: adaptive, rate: 0.2, start: {b: {no: 0.9, yes: 0.1}}}}
    perception: {x: {bias: 0.1}}
  b:
    policies: {no: {phase: second}, yes: {phase: second}}
    utility: -x * resolve
    decision: {rule: greedy}
    types: {weak: {probability: 0.25, set: {resolve: 0.1}}, firm: {probability: 0.75, set: {resolve: 1}}}
turn: {phases: [first, second]}
effects: {sink: {when: x > 5, effects: {x: -1}}}
nature: {storm: {draw: {bernoulli: 0.2}, once: true, cooldown: 0, effects: {x: -pull}}}
calendar: [{name: Summit, on: [2025Q4, 2026Q1], set: {x: 2}}]
outcomes: {high: {when: x >= 9, terminal: true}, low: {default: true}}
metrics: {top: {value: max(x), unit: metres}}
"""


@pytest.fixture(scope="module")
def text() -> str:
    return odd_tables(wargame.loads(TEXT))


@pytest.mark.parametrize(
    "row",
    [
        "One turn is a quarter; an episode has up to 4 quarters, 2025Q3 to 2026Q2. There is no space.",
        "| a | agent | to rise | 3 | first, second |",
        "| `x` | Height \\| depth | metres | `uniform 0, 1` | `0 to 10` | source: The same book |",
        "| R2 | perception, where it is not exact | a |",
        "| R3 | choices | first (a); then second (a, b) |",
        "| R4 | effects, all on the state before them | the policies played and 1 world rule |",
        "Does not see exactly: Height | depth (bias 0.1).",
        "| b | no `0.9`; yes `0.1` |",
        "| height | `twice` |",
        "| up | `a.up` | first |  | `0.1` | `x + pull` |",
        "| stay | `a.stay` | first | `x > 1` |  | `x = 3`<br>`seen - 0.5` |",
        "| offer | `a.offer`, 0 to 1 in 3 levels | second |  |  | `x + level` |",
        "| weak | `0.25` | `resolve = 0.1` |",
        "| `twice` | Twice the height | `2 * x` |",
        "| `sink` | sink | `x > 5` | `x - 1` |",
        "| `storm` | storm | happens with chance 0.2 | only once | `x - pull` |",
        "| Summit | 2025Q4, 2026Q1 | `x = 2` |",
        "| `pull` | Pull | `0.3` | per turn | uniform 0.1, 0.5 | judgement: a guess |",
        "| `resolve` | resolve | `0` |  | private to b | source: A book, 1999 |",
        "| high | `high` | `x >= 9` | at once |",
        "| low | `low` | nothing else | after the last turn |",
        "| `top` | top | `max(x)` | metres |",
    ],
)
def test_what_the_tables_say(text: str, row: str) -> None:
    assert row in text.splitlines()


@pytest.mark.parametrize("name", available_scenarios())
def test_every_table_is_whole(name: str) -> None:
    lines = odd_tables(wargame.load(name)).splitlines()
    assert lines[0].startswith("# ")
    for above, line in itertools.pairwise(lines):
        if above.startswith("|") and line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", above)) == len(re.findall(r"(?<!\\)\|", line)), line


def test_everything_of_korea_is_in_its_tables() -> None:
    korea = wargame.load("korea-2025")
    text = odd_tables(korea)
    groups = (
        korea.parameters,
        korea.state,
        korea.define,
        korea.effects,
        korea.nature,
        korea.outcomes,
        korea.metrics,
    )
    names = [name for group in groups for name in group] + [one.full_name for one in korea.policies()]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_the_tables_in_docs_are_those_of_the_scenario() -> None:
    written = (DOCS / "odd-tables.md").read_text(encoding="utf-8")
    assert written == odd_tables(wargame.load("korea-2025")), (
        "write them again: wargame odd korea-2025 --out docs/odd-tables.md"
    )


def test_the_page_points_at_tables_that_there_are() -> None:
    headings = re.findall(r"^#+ (.+)$", (DOCS / "odd-tables.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}
    page = (DOCS / "odd.md").read_text(encoding="utf-8")
    used = set(re.findall(r"odd-tables\.md#([\w-]+)\)", page))
    assert len(used) > 8
    assert used <= anchors


def test_the_command_prints_or_writes(tmp_path: Path) -> None:
    runner = CliRunner()
    shown = runner.invoke(app, ["odd", "korea-2025", "--set", "trust_start=0.5"])
    assert shown.exit_code == 0
    assert "Changed in it: `trust_start = 0.5`." in shown.output
    file = tmp_path / "tables.md"
    assert runner.invoke(app, ["odd", "qre-pennies", "--out", str(file)]).output == ""
    assert file.read_text(encoding="utf-8") == odd_tables(wargame.load("qre-pennies"))
    failed = runner.invoke(app, ["odd", "qre-pennies", "--out", str(tmp_path / "none" / "tables.md")])
    assert failed.exit_code == 1
    assert "tables.md" in failed.output

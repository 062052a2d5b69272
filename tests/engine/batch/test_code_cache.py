"""Compiled code is kept on disk: found again, told apart, and never trusted when damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from both_engines import assert_same_blocks, play_for

import wargame
from wargame.engine import mesa_blocks
from wargame.engine.batch.play import Batch
from wargame.engine.rules import Rules

TEXT = """
name: kept
time: {step: round, horizon: 3}
parameters: {k: 0.5, part: {value: k / 2}}
state: {x: {initial: 0.25, bounds: [0, 1]}}
actors: {a: {policies: {p: {effects: {x: k}}, q: {cost: part}}, utility: x, decision: {rule: logit, precision: 2}}}
nature: {n: {draw: {bernoulli: 0.3}, effects: {x: -part}}}
outcomes: {end: {default: true}}
metrics: {m: mean(x)}
"""

OTHER_NUMBERS = {
    "a parameter": ("k: 0.5", "k: 0.75"),
    "an initial value": ("initial: 0.25", "initial: 0.5"),
    "a bound": ("[0, 1]", "[0, 0.875]"),
}
OTHER_CODE = {
    "a formula": ("utility: x", "utility: x * x"),
    "a number in a formula": ("k / 2", "k / 4"),
    "an effect": ("{x: -part}", "{x: -part * part}"),
    "a draw": ("bernoulli", "rate"),
    "a metric": ("mean(x)", "max(x)"),
    "a policy more": ("{cost: part}", "{cost: part}, r: {}"),
    "another horizon": ("horizon: 3", "horizon: 4"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for compiled code."""
    monkeypatch.setenv("WARGAME_CACHE_DIR", str(tmp_path / "code"))
    return tmp_path / "code"


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def prepare(text: str, *, uncertain: bool = False, watched: bool = False) -> bool:
    """Whether code was compiled for a scenario; what it plays is checked in any case."""
    told: list[str] = []
    scenario = wargame.loads(text)
    batch = Batch(Rules(scenario), uncertain=uncertain, watched=watched, announce=told.append)
    if not watched:
        play = play_for(scenario, seed=3, uncertain=uncertain)
        assert_same_blocks(mesa_blocks.play_block(play, 0, 20), batch.play_block(play, 0, 20))
    return bool(told)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_the_second_time_nothing_is_compiled(folder: Path) -> None:
    assert prepare(TEXT)
    assert len(files(folder)) == 1
    assert not prepare(TEXT)
    assert len(files(folder)) == 1


def test_nothing_is_compiled_with_a_compiler_that_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prepare(TEXT)

    def fail(text: str, *, thorough: bool) -> bytes:
        raise AssertionError("compiled again")

    monkeypatch.setattr("wargame.engine.batch.play.make_code", fail)
    assert not prepare(TEXT)


@pytest.mark.parametrize("what", OTHER_NUMBERS)
def test_other_numbers_use_the_same_code(folder: Path, what: str) -> None:
    assert prepare(TEXT)
    assert not prepare(changed(OTHER_NUMBERS[what]))


@pytest.mark.parametrize("what", OTHER_CODE)
def test_other_rules_have_code_of_their_own(folder: Path, what: str) -> None:
    assert prepare(TEXT)
    assert prepare(changed(OTHER_CODE[what]))
    assert len(files(folder)) == 2


def test_ways_to_play_have_code_of_their_own(folder: Path) -> None:
    text = changed(("k: 0.5", "k: {value: 0.5, distribution: {uniform: [0, 1]}}"))
    assert prepare(text)
    assert prepare(text, uncertain=True)
    assert prepare(text, watched=True)
    assert not prepare(text, uncertain=True)


def test_what_was_played_before_does_not_matter(folder: Path) -> None:
    """Playing uncertain parameters adds code to the rules, which a run without needs not know."""
    text = changed(("k: 0.5", "k: {value: 0.5, distribution: {beta: {a: 2, b: k2}}}, k2: 3"))
    assert prepare(text)
    rules, told = Rules(wargame.loads(text)), []
    Batch(rules, uncertain=True)
    Batch(rules, uncertain=False, announce=told.append)
    assert not told


def test_a_change_of_the_translation_makes_new_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert prepare(TEXT)
    monkeypatch.setattr("wargame.engine.batch.play._translation", lambda: "another")
    assert prepare(TEXT)


def test_another_processor_makes_new_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert prepare(TEXT)
    monkeypatch.setattr("wargame.engine.batch.machine.Processor.describe", lambda self: "another")
    assert prepare(TEXT)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:20],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:],
        lambda data: bytes([data[0] ^ 1]) + data[1:],
    ],
    ids=["empty", "no digest", "cut", "longer", "a bit of the code", "a bit of the digest"],
)
def test_damaged_code_is_made_again(folder: Path, damage) -> None:
    assert prepare(TEXT)
    (path,) = files(folder)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert prepare(TEXT)
    assert files(folder) == [path]
    assert path.read_bytes() == whole
    assert not prepare(TEXT)


def test_a_folder_that_cannot_be_made_is_survived(folder: Path) -> None:
    folder.write_text("a file stands where the folder should be")
    assert prepare(TEXT)
    assert prepare(TEXT)
    assert folder.is_file()


def test_a_folder_that_cannot_be_written_is_survived(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not by permissions, which do not hold back an administrator.
    def refuse(self: Path, data: bytes) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert prepare(TEXT)
    assert files(folder) == []


def test_a_full_disk_leaves_no_half_written_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def half(self: Path, data: bytes) -> int:
        real(self, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half)
        assert prepare(TEXT)
    assert not [path for path in files(folder) if path.suffix == ".code"]
    assert prepare(TEXT)

"""Verifying a run: its files, its digests, and a sample of its episodes played again on the Mesa engine."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from wargame import __version__
from wargame.engine.block import Block, Failure
from wargame.engine.orders import OrderBook
from wargame.engine.play import Play
from wargame.experiment.collect import FAILURES_KEPT
from wargame.experiment.digest import canonical, digests
from wargame.experiment.earlier import earlier_episodes
from wargame.experiment.engines import RunError
from wargame.experiment.errors import ResultsError
from wargame.experiment.interrupted import complete_episodes, stated_run
from wargame.experiment.manifest import (
    MANIFEST,
    PARTS,
    file_digest,
    manifest_digest,
    read_layout,
    read_manifest,
)
from wargame.experiment.pages import Pages
from wargame.experiment.parts import list_parts, read_part
from wargame.experiment.provenance import past_of_manifest, scenario_of
from wargame.experiment.record import COLUMNS, Episodes, Record
from wargame.experiment.store import Folder

__all__ = ["Finding", "verify"]

SHOWN = 5
"""So many differences are told in full."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at, in a sentence; `good` if it is as it should be."""

    good: bool
    text: str


def verify(directory: str | Path, episodes: int = 20) -> list[Finding]:
    """Look at everything that can be wrong with a run's folder, and say what was found.

    So many episodes are played again: the first, the last, some that failed, some whose trajectories were kept, and
    others at random, the same ones each time. Of a run that kept no episodes they are of those of which something was
    kept. Of an interrupted run the parts that are complete are checked. `ResultsError` if there is no run in the
    folder, `RunError` for a negative number.
    """
    if isinstance(episodes, bool) or int(episodes) != episodes or episodes < 0:
        raise RunError(f"episodes is {episodes!r}; give a whole number from 0")
    directory = Path(directory)
    stated = stated_run(directory)
    if stated is not None and not (directory / MANIFEST).exists():
        return list(_parts(directory, stated))
    found = list(_files(directory))
    if all(finding.good for finding in found):
        found += _contents(Folder(directory), episodes)
    else:
        found.append(
            Finding(good=False, text="Nothing was played again: the files are not those of the run.")
        )
    if stated is not None:
        complete = f"{complete_episodes(directory, stated):,} of its {stated['episodes']:,} episodes"
        text = f"Another run has begun in it, and was interrupted: {complete} are complete."
        found.append(Finding(good=True, text=text))
    return found


def _many(count: int, noun: str) -> str:
    plural = noun.removesuffix("y") + "ies" if noun.endswith("y") else noun + "s"
    return f"{count:,} {noun if count == 1 else plural}"


def _parts(directory: Path, stated: Mapping[str, Any]) -> Iterator[Finding]:
    parts, good = list_parts(directory / PARTS), True
    layout = read_layout(stated["layout"])
    for part in parts:
        try:
            read_part(part, layout, stated["identity"])
        except ResultsError as error:
            good = False
            yield Finding(good=False, text=str(error))
    complete = f"{complete_episodes(directory, stated):,} of {stated['episodes']:,} episodes"
    if good:
        text = f"The run was interrupted. {complete} are complete, in {_many(len(parts), 'part')}."
        yield Finding(good=True, text=f"{text} These are as they were written. Nothing was played again.")


def _files(directory: Path) -> Iterator[Finding]:
    whole = read_manifest(directory)
    own, scenario = whole["results"], whole.get("scenario") or {}
    unchanged = own.get("manifest") == manifest_digest(whole)
    said = "is as it was written" if unchanged else "was changed after it was written"
    yield Finding(good=unchanged, text=f"{MANIFEST} {said}.")
    if "text" in scenario:
        same = hashlib.sha256(scenario["text"].encode()).hexdigest() == scenario.get("sha256")
        said = "has the digest" if same else "does not have the digest"
        yield Finding(good=same, text=f"The scenario's text in it {said} that it states.")
    files, good = own.get("files", {}), []
    for name, expected in files.items():
        path = directory / name
        if not path.is_file():
            yield Finding(good=False, text=f"{name} is missing.")
        elif file_digest(path) != expected:
            text = f"{name} is not the file that was written: cut short, or changed afterwards."
            yield Finding(good=False, text=text)
        else:
            good.append(name)
    if good:
        text = f"{len(good)} of {len(files)} files are as they were written: {', '.join(good)}."
        yield Finding(good=True, text=text)


def _contents(folder: Folder, count: int) -> Iterator[Finding]:
    chosen = _choice(folder, count)
    rows, record = _stream(folder, chosen)
    found = digests(folder.layout, record)
    wrong = [name for name, digest in found.items() if digest != folder.recorded.get(name)]
    if wrong:
        yield Finding(
            good=False, text=f"The digests of {', '.join(wrong)} are not those that {MANIFEST} states."
        )
    else:
        yield Finding(good=True, text=f"The digests agree: {', '.join(found)}.")
    if folder.keeps_episodes:
        same = record.totals == folder.totals
        said = "add up" if same else "do not add up"
        yield Finding(good=same, text=f"The episodes {said} to the totals in {MANIFEST}.")
    if folder.manifest.get("actors"):
        names = ", ".join(folder.manifest["actors"])
        text = f"Nothing was played again: {names} were played by own Python classes, which are not in the folder."
        yield Finding(good=True, text=text)
    elif chosen:
        yield from _replayed(folder, chosen, rows)


def _stream(folder: Folder, chosen: list[int]) -> tuple[dict[int, Episodes], Record]:
    """The rows of the chosen episodes, and the record with what the episodes themselves add up to."""
    rows: dict[int, Episodes] = {}
    if not folder.keeps_episodes:
        if folder.ending is not None:
            _pick(rows, folder.ending.rows, chosen)
        return rows, folder.record
    pages = Pages(folder.layout, keep=False)
    for episodes in earlier_episodes(folder):
        pages.add(episodes.first, {name: getattr(episodes, name) for name in COLUMNS})
        _pick(rows, episodes, chosen)
    _, digest, totals, _ = pages.finish()
    record = Record(
        episodes=None,
        digest=digest,
        totals=totals,
        aggregates=folder.aggregates,
        sample=folder.sample,
        failures=folder.failures,
    )
    return rows, record


def _pick(rows: dict[int, Episodes], episodes: Episodes, chosen: list[int]) -> None:
    for number in chosen:
        place = number - episodes.first
        if 0 <= place < len(episodes):
            rows[number] = episodes.cut(place, place + 1)


def _choice(folder: Folder, count: int) -> list[int]:
    """Episodes to play again: the first, the last, some that failed, some of the sample, and others at random."""
    total = folder.totals.episodes
    # Futures of a fork are numbered by branch, and branch 0 is not among them.
    first = int(past_of_manifest(folder.manifest) is not None)
    known: list[int] | range = range(first, first + total)
    if not folder.keeps_episodes:
        last = range(0) if folder.ending is None else folder.ending.rows.index.tolist()
        known = sorted({*folder.sample.index.tolist(), *last})
    if len(known) <= count:
        return list(known)
    failed = [one.episode for one in folder.failures if one.episode in known][: count // 4]
    # Drawn from the digest: the same run is checked at the same places by everybody.
    draw = random.Random(folder.recorded["episodes"]).sample
    sampled = draw(folder.sample.index.tolist(), min(len(folder.sample), count // 4))
    wanted = [known[0], known[-1], *failed, *sampled, *draw(known, count)]
    return sorted(list(dict.fromkeys(wanted))[:count])


@dataclass(kw_only=True)
class _Comparison:
    """What was compared so far."""

    numbers: int = 0
    paths: int = 0
    failures: int = 0
    wrong: list[str] = field(default_factory=list)

    def compare(self, where: str, recorded: Any, again: Any) -> None:
        """Compare arrays bit for bit; a missing number equals a missing number."""
        one, other = canonical(np.asarray(recorded)), canonical(np.asarray(again))
        self.numbers += one.size
        if one.dtype != other.dtype or one.shape != other.shape or one.tobytes() != other.tobytes():
            shown = (
                f"{one.item()!r}, and playing it again gives {other.item()!r}" if one.size == 1 else "another"
            )
            self.wrong.append(f"{where} is {shown}.")


def _replayed(folder: Folder, chosen: list[int], rows: Mapping[int, Episodes]) -> Iterator[Finding]:
    from wargame.engine.mesa_blocks import play_block

    manifest, done = folder.manifest, _Comparison()
    scenario = scenario_of(manifest)
    play = Play(
        scenario=scenario,
        seed=int(manifest["seed"]),
        uncertain=bool(manifest["uncertain"]),
        orders=OrderBook.parse(scenario, manifest["orders"]),
        sample=folder.sample.first + len(folder.sample),
        past=past_of_manifest(manifest),
    )
    failures = {failure.episode: failure for failure in folder.failures}
    last = math.inf if len(failures) < FAILURES_KEPT or folder.keeps_episodes else max(failures)
    for number in chosen:
        block = play_block(play, number, 1)
        if number in rows:
            _compare_row(done, folder, rows[number], block)
            _compare_failure(done, failures.get(number), block, last)
        if number in folder.sample.index:
            _compare_path(done, folder, number, block)
    for text in done.wrong[:SHOWN]:
        yield Finding(good=False, text=text)
    if len(done.wrong) > SHOWN:
        yield Finding(good=False, text=f"{len(done.wrong) - SHOWN:,} more differences.")
    yield _summed_up(folder, len(chosen), len(rows), done)


def _summed_up(folder: Folder, played: int, rows: int, done: _Comparison) -> Finding:
    kept = "" if folder.keeps_episodes else ", of those of which something was kept,"
    text = f"{played:,} of {folder.totals.episodes:,} episodes{kept} were played again on the Mesa engine: "
    what = f"{_many(rows, 'row')}, {_many(done.paths, 'trajectory')} and {_many(done.failures, 'failure')}"
    if not done.wrong:
        return Finding(good=True, text=text + f"{what}, all {done.numbers:,} numbers, are equal bit for bit.")
    made = folder.manifest.get("wargame")
    why = "the folder was altered, or the rules have changed"
    if made != __version__:
        why = f"it was made by version {made} of wargame, and this is {__version__}"
    return Finding(
        good=False, text=text + f"of {done.numbers:,} numbers {len(done.wrong):,} groups differ; {why}."
    )


def _compare_row(done: _Comparison, folder: Folder, row: Episodes, block: Block) -> None:
    again = Episodes(first=block.first, **{name: getattr(block, name) for name in COLUMNS})
    layout = folder.layout
    for (name, recorded), (_, new) in zip(row.columns(layout), again.columns(layout), strict=True):
        done.compare(f"Episode {block.first}: {name}", recorded, new)


def _compare_path(done: _Comparison, folder: Folder, number: int, block: Block) -> None:
    sample, where = folder.sample, f"Episode {number}: the trajectory of"
    row = number - sample.first
    done.paths += 1
    done.compare(f"Episode {number}: the sampled length", sample.length[row], block.length[0])
    for place, variable in enumerate(folder.layout.variables):
        done.compare(f"{where} {variable.name}", sample.values[row, :, place], block.sample[0, :, place])
    for place, name in enumerate(folder.layout.policies):
        done.compare(f"{where} {name}", sample.plays[row, :, place], block.sample_plays[0, :, place])


def _compare_failure(done: _Comparison, recorded: Failure | None, block: Block, last: float) -> None:
    again = block.failures[0] if block.failures else None
    if recorded is None and block.first > last:
        # Of a run that keeps no episodes only the first failures are kept.
        return
    done.failures += recorded is not None
    if _told(recorded) != _told(again):
        done.wrong.append(
            f"Episode {block.first}: it failed otherwise: {recorded}; playing it again: {again}."
        )


def _told(failure: Failure | None) -> str:
    """A failure as text but for the path of the file, which differs from one machine to the next."""
    return json.dumps(None if failure is None else asdict(failure) | {"file": ""}, sort_keys=True)

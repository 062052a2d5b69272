"""Moving the lanes that decide to a workspace of their own, and what they decided back.

An actor that does not reconsider decides nothing, so in most turns some lanes decide and others do not. Decisions are
computed for those that do, in whole vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wargame.engine.batch.layout import FAILED, rows_in
from wargame.engine.batch.plan import Plan
from wargame.engine.seat import Seat

__all__ = ["Moves"]


class Moves:
    """The functions that gather and scatter lanes, as text to be translated."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.rules, self.places = plan, plan.rules, plan.places

    def text(self) -> Iterator[str]:
        """A function there and one back for every seat that need not decide on every turn."""
        for seat in self.plan.seats:
            if self.moved(seat):
                there, back = self._rows(seat)
                yield f"def gather_{seat.code_name}(w: Reals, c: Reals, lanes: Ints, m: int) -> None:"
                yield from self._gather(there)
                yield f"def scatter_{seat.code_name}(w: Reals, c: Reals, lanes: Ints, m: int) -> None:"
                yield from self._scatter(back)

    def _gather(self, rows: Sequence[int]) -> Iterator[str]:
        """Whole vectors of lanes at a time: to store a lane by itself would take longer than to put them together."""
        width, size = self.plan.width, self.places.lanes * self.plan.width
        yield f"    for v in range((m + {width - 1}) // {width}):"
        for lane in range(width):
            # Behind the last lane that decides stands one of before, which is as good as any other.
            yield f"        lane{lane} = lanes[v * {width} + {lane}]"
        places = ", ".join(f"lane{lane}" for lane in range(width))
        for row in rows:
            yield f"        store_lanes(c, v * {size} + {row * width}, lanes_at(w, {row * width}, {places}))"

    def _scatter(self, rows: Sequence[int]) -> Iterator[str]:
        width, size = self.plan.width, self.places.lanes * self.plan.width
        yield "    for j in range(m):"
        yield "        to = lanes[j]"
        yield f"        source = j // {width} * {size} + j % {width}"
        for row in rows:
            yield f"        w[to + {row * width}] = c[source + {row * width}]"

    def moved(self, seat: Seat) -> bool:
        """Whether there are turns on which the actor need not decide: then those lanes are left out."""
        kind, _ = self.places.rows[self.rules.rows[f"decides.{seat.name}"]]
        return kind == "lane"

    def _rows(self, seat: Seat) -> tuple[list[int], list[int]]:
        """The rows that a decision reads, and those that it must leave in the lanes."""
        stored: set[int] = set()
        read: set[int] = {self.places.rows[FAILED][1]}
        # The rows of the look-ahead are written before they are read, so nobody needs what stands in them.
        scratch = {row for name, row in self.rules.rows.items() if name.startswith("plan.")}
        for name in self.decision(seat):
            reads, stores = rows_in(self.rules.sources[name])
            needed = reads - stored - scratch
            read |= {self.places.rows[row][1] for row in needed if self.places.rows[row][0] == "lane"}
            stored |= stores
        back = {self.places.rows[FAILED][1], self.plan.lane(f"drawn.{seat.name}")}
        kept = stored if self.plan.watched else (stored - scratch) & self._read_afterwards(seat)
        back |= {self.places.rows[row][1] for row in kept}
        if self.plan.watched:
            read |= back
        return sorted(read), sorted(back)

    def _read_afterwards(self, seat: Seat) -> set[int]:
        """The rows of a decision that are read when it is over: by those who learn of the actor's type."""
        name = f"learn_types_{seat.code_name}"
        return rows_in(self.rules.sources[name])[0] if name in self.rules.sources else set()

    def decision(self, seat: Seat) -> list[str]:
        """The blocks of a decision, in order."""
        names = [f"{step}_{seat.code_name}" for step in ("expect", "evaluate", "choose")]
        return [name for name in names if name in self.rules.sources]

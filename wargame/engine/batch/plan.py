"""What is settled about a scenario's kernel before any code is written: where rows lie, who decides, what is drawn."""

from __future__ import annotations

import re

from wargame.engine.batch.draw_plan import DrawPlan, plan_draws
from wargame.engine.batch.layout import places
from wargame.engine.rules import Rules

__all__ = ["ARGUMENTS", "LANES", "Plan"]

_READ = re.compile(r"\bw\[(\d+)\](?! = )")
"""A row that a block reads, as its text has it."""

LANES = 64
"""Episodes that are played side by side: enough to fill vectors with those that decide, few enough for the cache."""

ARGUMENTS = {
    "first": "int",
    "count": "int",
    "episode": "int",
    "branched": "int",
    "begins": "int",
    "ordered": "int",
    "sampled_episodes": "int",
    "weight": "int",
    **dict.fromkeys(("w", "c", "u", "start"), "reals"),
    "seed": "ints",
    "orders": "ints",
    "numbers": "ints",
    "outcome": "ints",
    "length": "ints",
    "metrics": "reals",
    "payoffs": "reals",
    "sampled": "reals",
    "plays": "ints",
    "blocked": "ints",
    "low": "reals",
    "span": "reals",
    "sums": "ints",
    "histogram": "shorts",
    "policy_turns": "ints",
    "sample": "reals",
    "sample_plays": "ints",
    "shown": "reals",
    "picks": "ints",
    "ended": "ints",
    "weights": "ints",
    "counted": "ints",
    "bins": "shorts",
    "lanes": "ints",
    "watch": "reals",
}
"""What the kernel is called with: arrays by name, in order.

Lanes are episodes from `first` on, played from turn 0 in branch 0; or, if `branched` is 1, the futures numbered from
`first` on of one `episode`, played from turn `begins`, with `start` as the turn before it left the workspace.
`weight` is what each of their states counts: 1, or -1 to take off again what was counted of episodes that failed.
"""


class Plan:
    """The kernel of one scenario in outline; `watched` kernels also keep what the tests compare."""

    def __init__(
        self, rules: Rules, *, width: int, scales: bool, uncertain: bool, watched: bool = False
    ) -> None:
        self.rules, self.width, self.uncertain, self.watched = rules, width, uncertain, watched
        self.places = places(rules, uncertain=uncertain)
        self.vectors = LANES // width
        self.scales = scales
        self.layout = rules.layout(uncertain=uncertain)
        self.seats = [seat for seats in rules.seats.values() for seat in seats]
        self.deal = "deal_uncertain" if uncertain and rules.deal_streams.names else "deal"
        self.deals_anew = self.deal == "deal_uncertain" or rules.deals_anew
        self.draw_plan = self._draw_plan()
        self.draws = self._draws_by_function()

    def _draw_plan(self) -> DrawPlan:
        """Which random numbers are made when."""
        rows = {self.rules.rows[f"draw.{name}"]: name for name in self.rules.turn_streams.names}
        read_rows = {int(row) for source in self.rules.sources.values() for row in _READ.findall(source)}
        read = {name for row, name in rows.items() if row in read_rows}
        return plan_draws(self.rules, read)

    def _draws_by_function(self) -> dict[str, tuple[str, ...]]:
        """The streams of each function that draws."""
        plan = self.draw_plan
        dated = {f"draw_dated_{number}": names for number, names in enumerate(plan.on_turns.values())}
        dealt = {"draw_deal": self.rules.deal_streams.names} if self.deals_anew else {}
        return {"draw_turn": plan.every_turn, **dated, **dealt}

    @property
    def most_streams(self) -> int:
        """The most streams that one function draws."""
        return max(map(len, self.draws.values()))

    @property
    def most_policies(self) -> int:
        """The stride of the table of policies by seat: all of them."""
        return max(1, len(self.layout.policies))

    def lane(self, row: int | str) -> int:
        """The place of a row that is kept in every lane."""
        kind, index = self.places.rows[self.rules.rows[row] if isinstance(row, str) else row]
        assert kind == "lane", row
        return index

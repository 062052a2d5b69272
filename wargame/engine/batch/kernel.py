"""The kernel of one scenario: its rules as vector code, and the loop that plays blocks of episodes with them.

The rules come from the text that the Mesa engine runs (`Rules.sources`), one function each; the loop around them is
text written here for the scenario's phases and actors, over the functions of `library`. `Kernel.text()` shows it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wargame.engine import counts, distributions, numeric
from wargame.engine.batch import library
from wargame.engine.batch.draw_plan import DrawPlan, plan_draws
from wargame.engine.batch.layout import FAILED, UNSETTLED, places
from wargame.engine.batch.operations import BRANCH, EPISODE, Draws, operations
from wargame.engine.batch.schedule import interleaved
from wargame.engine.batch.stages import Stages
from wargame.engine.batch.translate import Function, Module, Scope, Value, assigned_often
from wargame.engine.rules import Rules
from wargame.engine.seat import Seat

__all__ = ["ARGUMENTS", "Kernel"]

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


class Kernel:
    """The code of one scenario's rules for lanes, as text of LLVM's."""

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
        self.turn_rules = ("resolve", "nature", "book", "learn", "record", "judge")
        self.draw_plan = self._draw_plan()
        self.draws = self._draws_by_function()

    def _draw_plan(self) -> DrawPlan:
        """Which random numbers are made when."""
        rows = {self.rules.rows[f"draw.{name}"]: name for name in self.rules.turn_streams.names}
        read = {
            rows[row] for source in self.rules.sources.values() for row in _rows_in(source)[0] if row in rows
        }
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

    # ---- the rules -----------------------------------------------------------------------------------------------

    def rules_text(self) -> str:
        """The module of the rules: one function per block, and one that draws this turn's numbers."""
        module = self._module()
        module.writers["solve_stage"] = Stages(module, _for_all_lanes).call
        for name in self._blocks():
            module.texts.append(self._block(module, name, ast.parse(self.rules.sources[name])))
        for name, streams in self.draws.items():
            module.texts.append(self._draws(module, name, streams))
        return module.text()

    def _blocks(self) -> list[str]:
        """The names of the blocks that are part of play."""
        unused = {"deal", "deal_uncertain"} - ({self.deal} if self.deals_anew else set())
        return [name for name in self.rules.sources if name not in unused]

    def _module(self) -> Module:
        functions = {
            "abs": numeric.absolute,
            **{name: getattr(numeric, name) for name in numeric.__all__},
            **{name: getattr(counts, name) for name in counts.__all__},
            **{f"distributions.{name}": getattr(distributions, name) for name in distributions.__all__},
        }
        module = Module(self.width, functions, operations(), self.places.rows)
        module.scales = self.scales
        return module

    def _block(self, module: Module, name: str, tree: ast.Module) -> str:
        *parts, node = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
        for part in parts:
            module.texts.append(self._part(module, part))
        function = self._function(module, node)
        branches = any(isinstance(inner, ast.For | ast.While) or _is_call(inner) for inner in ast.walk(node))
        function.lazy = not branches
        body = node.body if branches else _scheduled(node.body)
        for statement in body:
            if isinstance(statement, ast.If) and isinstance(statement.body[0], ast.Return):
                # A check: the lane goes on with whatever it has, but its episode has failed. Settling may be tried
                # before an episode has ended, because another has; then only the last try counts.
                settles = name == "settle"
                bad = function.truth(function.value(statement.test))
                before = module.constant("real", 0.0) if settles else function.load_row(FAILED)
                failed = function.choose(bad, module.constant("real", 1.0), before)
                function.store_row(UNSETTLED if settles else FAILED, failed)
            elif not isinstance(statement, ast.Return) and not self._skipped(name, statement):
                function.statements([statement])
        return self._over_vectors(name, function)

    @staticmethod
    def _function(module: Module, node: ast.FunctionDef) -> Function:
        function = Function(module)
        function.scope = Scope(
            globals={"inf": numeric._INFINITY, "nan": numeric._NAN}, often=assigned_often(node)
        )
        return function

    def _part(self, module: Module, node: ast.FunctionDef) -> str:
        """A function that blocks call: for one vector, in the lanes that the caller has on its way."""
        function = self._function(module, node)
        function.conditions = [Value("mask", "%mask")]
        function.statements(node.body[:-1])
        module.parts.add(node.name)
        return "\n".join(
            [
                f"define internal void @{node.name}(ptr noalias %base, ptr noalias %u, "
                f"{module.types['mask']} %mask) noinline {{",
                "entry:",
                *function.places,
                *function.lines,
                "  ret void",
                "}",
            ]
        )

    def _skipped(self, name: str, statement: ast.stmt) -> bool:
        """While dealing, what is the same for all lanes has been dealt already."""
        if not name.startswith("deal") or not isinstance(statement, ast.Assign):
            return False
        target = statement.targets[0]
        if not isinstance(target, ast.Subscript):
            return False
        assert isinstance(target.slice, ast.Constant)
        return self.places.rows[int(target.slice.value)][0] == "real"  # type: ignore[arg-type]

    def _draws(self, module: Module, name: str, streams: Sequence[str]) -> str:
        function = Function(module)
        function.scope.values["seed"] = Value("ints", "%seed")
        rows = {stream: self.rules.rows[f"draw.{stream}"] for stream in streams}
        in_lanes = {stream: row for stream, row in rows.items() if self.places.rows[row][0] == "lane"}
        draws = Draws(function, list(in_lanes))
        known = self.rules.deal_streams if name == "draw_deal" else self.rules.turn_streams
        kinds = dict(zip(known.names, known.kinds, strict=True))
        for stream, row in in_lanes.items():
            function.store_row(row, draws.draw(stream, kinds[stream]))
        return self._over_vectors(name, function)

    def _over_vectors(self, name: str, function: Function) -> str:
        """The function around the lines for one vector: over as many vectors as it is called for."""
        function.module.signatures[name] = ("none", ["reals", "reals", "ints", "int"])
        size = self.places.lanes * self.width
        return "\n".join(
            [
                f"define void @{name}(ptr noalias %w, ptr noalias %u, ptr noalias %seed, i64 %vectors) {{",
                "entry:",
                "  %counter = alloca i64",
                *function.places,
                "  store i64 0, ptr %counter",
                "  br label %head",
                "head:",
                "  %vector = load i64, ptr %counter",
                "  %more = icmp slt i64 %vector, %vectors",
                "  br i1 %more, label %body, label %done",
                "body:",
                f"  %offset = mul i64 %vector, {size}",
                "  %base = getelementptr double, ptr %w, i64 %offset",
                *function.lines,
                "  %next = add i64 %vector, 1",
                "  store i64 %next, ptr %counter",
                "  br label %head",
                "done:",
                "  ret void",
                "}",
            ]
        )

    # ---- the loop around them ------------------------------------------------------------------------------------

    def loop_text(self) -> str:
        """The module of the loop that plays blocks of episodes."""
        module = self._module()
        for name in [*self._blocks(), *self.draws]:
            module.signatures[name] = ("none", ["reals", "reals", "ints", "int"])
            module.declarations[name] = f"declare void @{name}(ptr, ptr, ptr, i64)"
        source = ast.parse(_source_of(library)).body
        moves = ast.parse("\n".join(self._moves())).body
        play = ast.parse(self.text()).body
        names = {**vars(library), "WIDTH": self.width}
        for node in [*source, *moves, *play]:
            if isinstance(node, ast.FunctionDef):
                module.texts.append(_for_all_lanes(module, node, names, public=node.name == "play"))
        return module.text()

    def _moves(self) -> Iterator[str]:
        """Functions that move the lanes that decide to a workspace of their own, and what they decided back."""
        for seat in self.seats:
            name = _name(seat)
            if self._moved(seat):
                there, back = self._rows_moved(seat)
                yield f"def gather_{name}(w: Reals, c: Reals, lanes: Ints, m: int) -> None:"
                yield from self._gather(there)
                yield f"def scatter_{name}(w: Reals, c: Reals, lanes: Ints, m: int) -> None:"
                yield from self._scatter(back)

    def _gather(self, rows: Sequence[int]) -> Iterator[str]:
        """Whole vectors of lanes at a time: to store a lane by itself would take longer than to put them together."""
        width, size = self.width, self.places.lanes * self.width
        yield f"    for v in range((m + {width - 1}) // {width}):"
        for lane in range(width):
            # Behind the last lane that decides stands one of before, which is as good as any other.
            yield f"        lane{lane} = lanes[v * {width} + {lane}]"
        places = ", ".join(f"lane{lane}" for lane in range(width))
        for row in rows:
            yield f"        store_lanes(c, v * {size} + {row * width}, lanes_at(w, {row * width}, {places}))"

    def _scatter(self, rows: Sequence[int]) -> Iterator[str]:
        width, size = self.width, self.places.lanes * self.width
        yield "    for j in range(m):"
        yield "        to = lanes[j]"
        yield f"        source = j // {width} * {size} + j % {width}"
        for row in rows:
            yield f"        w[to + {row * width}] = c[source + {row * width}]"

    def _moved(self, seat: Seat) -> bool:
        """Whether there are turns on which the actor need not decide: then those lanes are left out."""
        kind, _ = self.places.rows[self.rules.rows[f"decides.{seat.name}"]]
        return kind == "lane"

    def _rows_moved(self, seat: Seat) -> tuple[list[int], list[int]]:
        """The rows that a decision reads, and those that it must leave in the lanes."""
        stored: set[int] = set()
        read: set[int] = {self.places.rows[FAILED][1]}
        # The rows of the look-ahead are written before they are read, so nobody needs what stands in them.
        scratch = {row for name, row in self.rules.rows.items() if name.startswith("plan.")}
        for name in self._decision(seat):
            reads, stores = _rows_in(self.rules.sources[name])
            needed = reads - stored - scratch
            read |= {self.places.rows[row][1] for row in needed if self.places.rows[row][0] == "lane"}
            stored |= stores
        back = {self.places.rows[FAILED][1], self.lane(f"drawn.{seat.name}")}
        kept = stored if self.watched else (stored - scratch) & self._read_afterwards(seat)
        back |= {self.places.rows[row][1] for row in kept}
        if self.watched:
            read |= back
        return sorted(read), sorted(back)

    def _read_afterwards(self, seat: Seat) -> set[int]:
        """The rows of a decision that are read when it is over: by those who learn of the actor's type."""
        name = f"learn_types_{_name(seat)}"
        return _rows_in(self.rules.sources[name])[0] if name in self.rules.sources else set()

    def _decision(self, seat: Seat) -> list[str]:
        """The blocks of a decision, in order."""
        names = [f"{step}_{_name(seat)}" for step in ("expect", "evaluate", "choose")]
        return [name for name in names if name in self.rules.sources]

    def text(self) -> str:
        """The loop, as text to be translated."""
        return "\n".join(self._play())

    def _play(self) -> Iterator[str]:
        layout, rows, vectors = self.layout, self.places.lanes, self.vectors
        seats, policies = len(self.seats), self.most_policies
        yield f"def play({', '.join(f'{name}: {kind}' for name, kind in ARGUMENTS.items())}) -> None:"
        yield f"    for block in range((count + {LANES - 1}) // {LANES}):"
        yield f"        begun = block * {LANES}"
        yield f"        n = where(count - begun < {LANES}, count - begun, {LANES})"
        yield f"        reset(w, start, {vectors}, {rows})"
        numbered = f"{vectors}, {rows}"
        yield "        if branched > 0:"
        yield f"            number_lanes(w, episode, 0, {numbered}, {self.lane(EPISODE)})"
        yield f"            number_lanes(w, first + begun, 1, {numbered}, {self.lane(BRANCH)})"
        yield "        if branched == 0:"
        yield f"            number_lanes(w, first + begun, 1, {numbered}, {self.lane(EPISODE)})"
        yield f"            number_lanes(w, 0, 0, {numbered}, {self.lane(BRANCH)})"
        yield f"        for lane in range({LANES}):"
        yield "            ended[lane] = where(lane < n, -1, 0)"
        yield "            counted[lane] = 0"
        yield "            weights[lane] = where(lane < n, weight, 0)"
        if self.deals_anew:
            yield "        if branched == 0:"
            yield "            seed[0] = 0"
            yield f"            draw_deal(w, u, seed, {vectors})"
            yield f"            {self.deal}(w, u, seed, {vectors})"
        yield from self._note_dealt()
        yield from (f"        {line}" for line in self._count("begins"))
        yield "        running = n"
        yield "        turn = begins"
        yield f"        while turn < {layout.horizon} and running > 0:"
        yield from (f"            {line}" for line in self._turn())
        yield "            turn = turn + 1"
        yield f"        for point in range(turn + 1, {layout.horizon + 1}):"
        yield from (f"            {line}" for line in self._count("point"))
        lanes = ("n", "begun", "begins", "turn")
        counts = (seats, LANES, policies, "plays", "policy_turns")
        yield f"        {_call('count_policies', 'picks', 'ended', 'counted', 'numbers', *lanes, *counts)}"
        yield "        for lane in range(n):"
        yield "            length[begun + lane] = ended[lane]"
        yield "            if begun + lane < sampled_episodes and counted[lane] > 0:"
        which = ("lane", "begun + lane", "begins", layout.horizon, seats, LANES, policies)
        yield f"                {_call('copy_plays', 'picks', 'ended', 'numbers', *which, 'sample_plays')}"

    def _count(self, point: str) -> Iterator[str]:
        """Count the state of all lanes, and copy those of sampled episodes."""
        vectors, names, points = self.vectors, self.layout.variables, self.layout.horizon + 1
        state = self.lane(f"state.{names[0].name}") if names else 0
        lanes = ("shown", "ended", "weights", "weight", point, vectors, self.places.lanes, state, len(names))
        yield _call("count_states", "w", *lanes, "low", "span", "bins", "sums", "histogram")
        yield "if begun < sampled_episodes:"
        which = ("n", "begun", "sampled_episodes", point, points, vectors, len(names))
        yield f"    {_call('copy_states', 'shown', *which, 'sample')}"

    def _note_dealt(self) -> Iterator[str]:
        """What was drawn once per episode."""
        sampled = self.layout.sampled
        if sampled:
            yield "        for lane in range(n):"
            yield f"            place = lane // {self.width} * {self.places.lanes * self.width} + lane % {self.width}"
            yield f"            if w[place + {self.lane(FAILED) * self.width}] == 0.0:"
        for index, name in enumerate(sampled):
            row = self.rules.rows[name.replace("parameters.", "parameter.", 1)]
            yield f"                sampled[(begun + lane) * {len(sampled)} + {index}] = {self._reading(row)}"

    def _reading(self, row: int) -> str:
        kind, index = self.places.rows[row]
        return f"u[{index}]" if kind == "real" else f"w[place + {index * self.width}]"

    def _turn(self) -> Iterator[str]:
        rules, rows, vectors = self.rules, self.places.lanes, self.vectors
        everywhere = f"(w, u, seed, {vectors})"
        yield f"u[{self.places.rows[rules.rows['turn']][1]}] = real(turn)"
        yield "seed[0] = turn"
        if self.seats:
            yield "if ordered > 0:"
            for index, seat in enumerate(self.seats):
                place = self.places.rows[rules.rows[f"order.{seat.name}"]][1]
                yield f"    u[{place}] = real(orders[turn * {len(self.seats)} + {index}])"
        yield f"draw_turn{everywhere}"
        for number, turns in enumerate(self.draw_plan.on_turns):
            yield f"if {' or '.join(f'turn == {one}' for one in turns) or 'turn < 0'}:"
            yield f"    draw_dated_{number}{everywhere}"
        yield from self._calls(
            ["begin", *(f"perceive_{actor}" for actor in rules.scenario.actors)], everywhere
        )
        for phase in rules.scenario.phases:
            for seat in rules.seats[phase]:
                yield from self._decide(seat, everywhere)
            learning = [f"learn_types_{_name(seat)}" for seat in rules.seats[phase]]
            yield from self._calls([f"show_{phase}", *learning], everywhere)
        yield from self._calls(self.turn_rules, everywhere)
        yield from self._count("turn + 1")
        if self.watched:
            size = rows * self.width * vectors
            yield "if weight > 0:"
            yield f"    watch_rows(w, watch, (block * {self.layout.horizon} + turn) * {size}, {size})"
        yield from self._close()

    def _calls(self, names: Sequence[str], arguments: str) -> Iterator[str]:
        for name in names:
            if name in self.rules.sources:
                yield f"{name}{arguments}"

    def _decide(self, seat: Seat, everywhere: str) -> Iterator[str]:
        """R3 for one seat."""
        name, rows, index = _name(seat), self.places.lanes, self.seats.index(seat)
        yield from self._calls([f"options_{name}"], everywhere)
        if self._moved(seat):
            decides = self.lane(f"decides.{seat.name}")
            yield f"m = list_deciding(w, ended, lanes, n, {rows}, {decides})"
            yield "if m > 0:"
            yield f"    gather_{name}(w, c, lanes, m)"
            yield from (
                f"    {step}(c, u, seed, (m + {self.width - 1}) // {self.width})"
                for step in self._decision(seat)
            )
            yield f"    scatter_{name}(w, c, lanes, m)"
        else:
            yield from self._calls(self._decision(seat), everywhere)
        yield from self._calls([f"carry_out_{name}"], everywhere)
        pick, place = self.lane(f"pick.{seat.name}"), f"(turn * {len(self.seats)} + {index}) * {LANES}"
        order = f"where(ordered > 0, orders[turn * {len(self.seats)} + {index}], -1)"
        yield f"keep_picks(w, picks, ended, {place}, n, {rows}, {pick}, {order}, blocked, begun)"

    def _close(self) -> Iterator[str]:
        """R8: episodes that ended or failed this turn."""
        rows, width, horizon = self.places.lanes, self.width, self.layout.horizon
        over = self.lane("ended")
        yield f"if turn == {horizon - 1} or any_ended(w, ended, n, {rows}, {over}) > 0:"
        yield f"    settle(w, u, seed, {self.vectors})"
        yield "for lane in range(n):"
        yield f"    place = lane // {width} * {rows * width} + lane % {width}"
        yield "    if ended[lane] < 0:"
        yield f"        failed = w[place + {self.lane(FAILED) * width}] != 0.0"
        yield f"        over = w[place + {over * width}] >= 0.0 or turn == {horizon - 1}"
        yield f"        unsettled = over > 0.0 and w[place + {self.lane(UNSETTLED) * width}] != 0.0"
        yield "        if failed > 0.0 or unsettled > 0.0:"
        yield "            ended[lane] = turn + 1"
        yield "            outcome[begun + lane] = -1"
        yield "            running = running - 1"
        yield "        if failed == 0.0 and unsettled == 0.0 and over > 0.0:"
        yield "            ended[lane] = turn + 1"
        yield "            counted[lane] = 1"
        yield "            running = running - 1"
        yield f"            outcome[begun + lane] = whole(w[place + {self.lane('outcome') * width}])"
        for table, names in (
            ("metrics", [f"metric.{name}" for name in self.layout.metrics]),
            ("payoffs", [f"payoff.{name}" for name in self.layout.actors]),
        ):
            for index, name in enumerate(names):
                target = f"{table}[(begun + lane) * {len(names)} + {index}]"
                yield f"            {target} = {self._reading(self.rules.rows[name])}"


def _call(name: str, *arguments: object) -> str:
    """The text of a call."""
    return f"{name}({', '.join(map(str, arguments))})"


def _name(seat: Seat) -> str:
    return f"{seat.actor.name}_{seat.phase}"


def _source_of(module: Any) -> str:
    import inspect

    return inspect.getsource(module)


def _scheduled(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Statements with independent results side by side; loads first, checks and stores last."""
    loads = [one for one in body if isinstance(one, ast.Assign) and _is_load(one)]
    made = [one for one in body if _is_made(one)]
    rest = [one for one in body if one not in loads and one not in made]
    results = [
        one.value.id
        for one in rest
        if isinstance(one, ast.Assign)
        and isinstance(one.value, ast.Name)
        and isinstance(one.targets[0], ast.Subscript)
    ]
    return [*loads, *interleaved(made, results), *rest]  # type: ignore[arg-type]


def _is_load(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Subscript)
    )


def _is_made(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and not isinstance(statement.value, ast.Subscript)
        and statement.targets[0].id != "bad"
    )


def _is_call(node: ast.AST) -> bool:
    """Whether a statement calls another function of the block's text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _rows_in(source: str) -> tuple[set[int], set[int]]:
    """The rows that a block's text reads, and those it stores; of a run of rows, all."""
    counts = {name: int(count) for name, count in re.findall(r"for (\w+) in range\((\d+)\)", source)}
    reads: set[int] = set()
    stores: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript):
            rows = stores if isinstance(node.ctx, ast.Store) else reads
            if isinstance(node.slice, ast.Constant):
                rows.add(int(node.slice.value))  # type: ignore[arg-type]
            else:
                assert isinstance(node.slice, ast.BinOp)
                assert isinstance(node.slice.left, ast.Constant)
                assert isinstance(node.slice.right, ast.Name)
                first = int(node.slice.left.value)  # type: ignore[arg-type]
                rows.update(range(first, first + counts[node.slice.right.id]))
    return reads, stores


_KINDS = {"int": "int", "float": "real", "Reals": "reals", "Ints": "ints", "Shorts": "shorts"}


def _for_all_lanes(module: Module, node: ast.FunctionDef, names: Mapping[str, Any], *, public: bool) -> str:
    """A function that handles all lanes at once, from its text."""
    function = Function(module)
    often = {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
    counters = {inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.For)}  # type: ignore[attr-defined]
    function.scope = Scope(globals=names, often=often - counters)
    kinds = {}
    for argument in node.args.args:
        assert isinstance(argument.annotation, ast.Name)
        kinds[argument.arg] = _KINDS.get(argument.annotation.id, argument.annotation.id)
        function.scope.values[argument.arg] = Value(kinds[argument.arg], f"%{argument.arg}.given")
    body, result = node.body, Value("none", "")
    last = body[-1]
    if isinstance(last, ast.Return):
        function.statements(body[:-1])
        assert last.value is not None
        result = function.value(last.value)
        ending = f"  ret {function.typed(result)}"
    else:
        function.statements(body)
        ending = "  ret void"
    module.signatures[node.name] = (result.kind, list(kinds.values()))
    kind = "void" if result.kind == "none" else module.types[result.kind]
    # The arrays are told apart, so that loops over them can be vectorized: no two of them overlap.
    given = ", ".join(
        f"{module.types[one]}{' noalias' if module.types[one] == 'ptr' else ''} %{name}.given"
        for name, one in kinds.items()
    )
    start = f"define {'' if public else 'internal '}{kind} @{node.name}({given}) {{"
    return "\n".join([start, "entry:", *function.places, *function.lines, ending, "}"])

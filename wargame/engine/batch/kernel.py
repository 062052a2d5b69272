"""The kernel of one scenario: its rules as vector code, and the loop that plays blocks of episodes with them.

The rules come from the text that the Mesa engine runs (`Rules.sources`), one function each; the loop around them is
text as well (`loop`, `moves`), over the functions of `library`. `Kernel.text()` shows it.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence

from wargame.engine import counts, distributions, numeric
from wargame.engine.batch import library
from wargame.engine.batch.all_lanes import for_all_lanes
from wargame.engine.batch.layout import FAILED, UNSETTLED
from wargame.engine.batch.loop import Loop
from wargame.engine.batch.moves import Moves
from wargame.engine.batch.operations import Draws, operations
from wargame.engine.batch.plan import Plan
from wargame.engine.batch.schedule import scheduled
from wargame.engine.batch.stages import Stages
from wargame.engine.batch.translate import Function, assigned_often
from wargame.engine.batch.values import Module, Scope, Value

__all__ = ["Kernel"]


class Kernel(Plan):
    """The code of one scenario's rules for lanes, as text of LLVM's."""

    def rules_text(self) -> str:
        """The module of the rules: one function per block, and one that draws this turn's numbers."""
        module = self._module()
        module.writers["solve_stage"] = Stages(module).call
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
        body = node.body if branches else scheduled(node.body)
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

    def loop_text(self) -> str:
        """The module of the loop that plays blocks of episodes."""
        module = self._module()
        for name in [*self._blocks(), *self.draws]:
            module.signatures[name] = ("none", ["reals", "reals", "ints", "int"])
            module.declarations[name] = f"declare void @{name}(ptr, ptr, ptr, i64)"
        source = ast.parse(inspect.getsource(library)).body
        moves = ast.parse("\n".join(Moves(self).text())).body
        play = ast.parse(self.text()).body
        names = {**vars(library), "WIDTH": self.width}
        for node in [*source, *moves, *play]:
            if isinstance(node, ast.FunctionDef):
                module.texts.append(for_all_lanes(module, node, names, public=node.name == "play"))
        return module.text()

    def text(self) -> str:
        """The loop, as text to be translated."""
        return Loop(self).text()


def _is_call(node: ast.AST) -> bool:
    """Whether a statement calls another function of the block's text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)

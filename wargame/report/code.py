"""The code that is played, block by block, with the lines of the scenario's file."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.syntax import Syntax
from rich.text import Text

from wargame.engine.rules import rules_for
from wargame.report.page import Page, line
from wargame.scenario.errors import WargameError, did_you_mean, join_names
from wargame.scenario.scenario import Scenario

__all__ = ["BlockError", "code"]


class BlockError(WargameError):
    """A block of the rules that there is not."""


def code(scenario: Scenario, blocks: Sequence[str] = ()) -> Page:
    """The code of the blocks named, or of all, in the order of a turn.

    A name stands for the block of that name and for those of which it is a part: `evaluate`, `seoul`. Raises
    BlockError for a name that fits none.
    """
    sources = rules_for(scenario).sources
    shown = [name for name in sources if not blocks or any(_fits(block, name) for block in blocks)]
    for block in blocks:
        if not any(_fits(block, name) for name in sources):
            raise BlockError(
                f"there is no block {block!r} in the rules of {scenario.name}; allowed: {join_names(sources, 40)}. "
                f"{did_you_mean(block, sources)}".rstrip()
            )
    parts: list[RenderableType] = [
        Text(f"The code that plays {scenario.name}, in the order of a turn", style="bold"),
        line(
            f"`# line N` is a line of {scenario.file}. `w` is the workspace: one number for everything that varies."
        ),
        line(("Blocks: ", "bold"), ", ".join(sources)),
    ]
    for name in shown:
        parts += [Text(), _highlighted(sources[name])]
    return Page(parts)


def _fits(block: str, name: str) -> bool:
    return block == name or f"_{block}_" in f"_{name}_"


def _highlighted(source: str) -> RenderableType:
    text = Syntax("", "python", theme="ansi_dark", background_color="default").highlight(source.rstrip())
    text.no_wrap, text.overflow = True, "ignore"
    text.rstrip()
    return text

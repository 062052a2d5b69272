"""What the commands about strategy do with what they found: keep it, draw it, print it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import typer
from rich.console import RenderableType
from rich.text import Text

from wargame.cli.screen import print_json, show
from wargame.cli.tables import json_rows
from wargame.experiment.experiment_results import ExperimentResults
from wargame.report.page import Page, line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Output"]


@dataclass(kw_only=True)
class Output:
    """An experiment with tables of its own, and the folder that it goes to."""

    results: ExperimentResults
    folder: Path
    tables: Mapping[str, pd.DataFrame]
    seconds: float
    drawn: list[str] = field(default_factory=list)

    def save(self) -> None:
        """Write the experiment to its folder, and the tables beside it."""
        self.results.save(self.folder)
        for name, table in self.tables.items():
            table.to_csv(self.folder / f"{name}.csv", index=False, float_format="%.10g", lineterminator="\n")

    def draw(self, figures: dict[str, Figure]) -> None:
        """Write figures to the folder."""
        from wargame.plots.experiment_figures import write_figures

        self.drawn = sorted({path.stem for path in write_figures(figures, self.folder / "figures")})

    def show(self, summary: Iterable[RenderableType], *, quiet: bool, as_json: bool) -> None:
        """Print the tables as JSON, the folder alone, or the summary on one screen."""
        if as_json:
            print_json(self._as_json())
        elif quiet:
            typer.echo(str(self.folder))
        else:
            show(Page([*self._head(), *summary, *self._saved()]))

    def _as_json(self) -> dict[str, object]:
        asked = self.results.experiment
        return {
            "name": asked.name,
            "episodes": asked.episodes,
            "points": None if asked.design is None else len(asked.design),
            "seed": asked.seed,
            "level": self.results.level,
            "digests": self.results.manifest()["digests"],
            "seconds": round(self.seconds, 3),
            "folder": str(self.folder),
            **{name.replace("-", "_"): json_rows(table) for name, table in self.tables.items()},
        }

    def _head(self) -> Iterator[RenderableType]:
        asked, count = self.results.experiment, len(self.results.names)
        points = f" ({len(asked.design)} points × {asked.episodes:,})" if asked.design is not None else ""
        yield Text(asked.title or asked.name, style="bold")
        yield line(("Question: ", "bold"), asked.question)
        drawn = ", what is not known drawn for each episode" if asked.uncertain else ""
        yield line(
            f"{count} arms of {self.results.episodes:,} episodes{points}, seed {asked.seed}{drawn}",
            (f"  ({self.seconds:.1f} s)", "dim"),
        )

    def _saved(self) -> Iterator[RenderableType]:
        yield Text()
        names = ", ".join(f"{name}.csv" for name in self.tables)
        yield line("Saved in ", (str(self.folder), "bold"), f": {names}, the arms and their comparison")
        if self.drawn:
            where = f"Figures in {self.folder / 'figures'}: "
            yield line(where, ", ".join(self.drawn), ("  (.png, .svg)", "dim"))

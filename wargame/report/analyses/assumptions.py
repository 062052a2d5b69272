"""What the analyses of assumptions have in common: the ensemble of a folder, the results asked about, and words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from wargame.analysis.ensembles import Ensemble, Observed, read_ensemble
from wargame.analysis.refusals import NotForThis
from wargame.report.analyses.findings import Question, Source
from wargame.report.wording import number, short
from wargame.scenario.errors import WargameError

__all__ = ["Asked", "asked", "bare", "label", "meaning", "result", "run_line"]

OVER_POINTS = (
    "Intervals hold what finitely many points and episodes leave open. They say nothing about numbers that were not "
    "varied, or were varied over too narrow a range."
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The tables by result, and what was refused, in words."""

    ensemble: Ensemble
    tables: dict[str, pd.DataFrame]
    refused: tuple[str, ...]

    @property
    def whole(self) -> pd.DataFrame:
        """All tables as one, with the name of the result in `result`."""
        return pd.concat(
            [table.assign(result=name).set_index("result") for name, table in self.tables.items()]
        ).reset_index()


def ensemble(source: Source, question: Question) -> Ensemble:
    """The folder's results under many assumptions."""
    return read_ensemble(source.folder, question.arm)


def asked(
    source: Source, question: Question, table_of: Callable[[Ensemble, Observed], pd.DataFrame]
) -> Asked:
    """The table of the result that is asked about; without one, of every outcome for which it can be made.

    `--outcome` may name a metric or an actor as well. The first refusal is raised if nothing is left.
    """
    found = ensemble(source, question)
    names = found.names["outcome"] if question.outcome is None else (question.outcome,)
    tables, refusals = {}, []
    for name in names:
        try:
            tables[name] = table_of(found, found.observed(name))
        except WargameError as error:
            refusals.append(error)
    if not tables:
        raise refusals[0]
    refused = tuple("Left out: " + " ".join(str(error).split()) for error in refusals)
    return Asked(ensemble=found, tables=tables, refused=refused)


def result(found: Ensemble, name: str) -> str:
    """The short label of a result."""
    return short(label(found, name))


def label(found: Ensemble, name: str) -> str:
    """What people read for a result or a parameter."""
    return found.labels.get(name) or name.rpartition(".")[2].replace("_", " ")


def bare(name: str) -> str:
    """A parameter by the name by which it can be set."""
    return name.removeprefix("parameters.")


def meaning(found: Ensemble, name: str) -> str:
    """What a parameter says, without its explanation in brackets."""
    return short(label(found, name))


def numbers(values: Iterable[float]) -> list[str]:
    """Numbers as text."""
    return [number(float(value)) for value in values]


def run_line(found: Ensemble) -> str:
    """What was played, for the head of a figure."""
    kinds = {
        "lhs": "a Latin hypercube",
        "sobol": "a Sobol design",
        "morris": "a Morris design",
        "grid": "a grid",
        "uncertain": "parameters drawn for each episode",
    }
    return (
        f"{len(found.inputs):,} {found.unit}s, {found.inputs.shape[1]} numbers varied ({kinds[found.kind]})"
    )


def need_sample(found: Ensemble, what: str) -> None:
    """NotForThis unless the rows are a random sample of what is not known."""
    if not found.is_sample:
        raise NotForThis(
            f"{what} needs a random sample of what is not known, and the points of a {found.kind} design are none",
            "Make a sweep with --lhs, or a run with --uncertain.",
        )

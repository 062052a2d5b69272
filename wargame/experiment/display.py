"""How results introduce themselves, in a terminal and in a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wargame.experiment.results import Results

__all__ = ["as_html", "as_text", "percent"]


def percent(share: float) -> str:
    """A share as a percentage, with more places near nothing and all: 34.2 %, 0.34 %, 0.034 %."""
    if share != share:
        return "–"
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    rest = min(share, 1 - share)
    places = 1 if rest >= 0.01 else 2 if rest >= 0.001 else 3
    return f"{100 * share:.{places}f} %"


def as_text(results: Results) -> str:
    """Counts, seed, digest and outcomes as lines of text."""
    lines = [f"Results of {_title(results)}", f"  {_counts(results)}", f"  digest {results.digest[:16]}"]
    rows = _rows(results)
    width = max((len(row[0]) for row in rows), default=0)
    for label, n, share, interval in rows:
        lines.append(f"  {label:<{width}}  {n:>11}  {share:>8}  {interval}")
    lines.append("  95 % intervals, for chance alone")
    return "\n".join(lines)


def as_html(results: Results) -> str:
    """The same as a small HTML table."""
    cells = "".join(
        f"<tr><td style='text-align:left'>{html.escape(label)}</td><td>{n}</td>"
        f"<td>{share}</td><td>{interval}</td></tr>"
        for label, n, share, interval in _rows(results)
    )
    return (
        f"<div><strong>{html.escape(_title(results))}</strong><br>{html.escape(_counts(results))}<br>"
        f"<code>{results.digest[:16]}</code>"
        "<table><thead><tr><th style='text-align:left'>outcome</th><th>n</th>"
        "<th>share</th><th>95 % interval, chance alone</th></tr></thead>"
        f"<tbody>{cells}</tbody></table></div>"
    )


def _title(results: Results) -> str:
    return str(results.manifest.get("title") or results.manifest.get("name") or "a run")


def _counts(results: Results) -> str:
    horizon = results.layout.horizon
    parts = [f"{len(results):,} episodes of up to {horizon} turn{'s' if horizon > 1 else ''}"]
    if "seed" in results.manifest:
        parts.append(f"seed {results.manifest['seed']}")
    if results.failed:
        parts.append(f"{results.failed:,} FAILED, left out of all shares: see .failures")
    return "; ".join(parts)


def _rows(results: Results) -> list[tuple[str, str, str, str]]:
    labels = results.labels.outcomes
    return [
        (
            labels[str(row.outcome)],
            f"{row.n:,}",
            percent(float(row.share)),  # type: ignore[arg-type]
            f"{percent(float(row.low))} to {percent(float(row.high))}",  # type: ignore[arg-type]
        )
        for row in results.outcomes().itertuples()
    ]

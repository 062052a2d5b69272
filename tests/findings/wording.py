"""How numbers are written in the answers and on the page."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
from plays import AT_A_POINT, POINTS, Answered, Played

from wargame.analysis.theories import hangs_on
from wargame.experiment.files import load_experiment

NOTHING = 1e-9


def filled(name: str, text: str, played: Played) -> str:
    """A text of `answers.ANSWERS` with its numbers, and how many episodes they come from."""

    def number(found: re.Match[str]) -> str:
        token = found[1]
        if ":" in token:
            return _of_samples(token, played)
        arm, _, what = token.removeprefix("~").partition(".")
        return moved(played.answered[name], arm, what, short=token.startswith("~"))

    words = " ".join(re.sub(r"\{([^}]+)\}", number, text).split())
    if name not in played.answered:
        return words
    episodes = load_experiment(name).episodes
    return f"{words} ({POINTS} points of {AT_A_POINT} paired episodes; at the centre {episodes:,} pairs.)"


def moved(found: Answered, arm: str, what: str, *, short: bool) -> str:
    """How far an arm moves something: range over what is not known, then the centre with chance."""
    row, over = (_row(table, arm, what) for table in (found.differences, found.over))
    share = row["kind"] == "outcome"
    unit = " pp" if share else ""
    low, high = over["range_low"], over["range_high"]
    spread = f"{signed(low, share)} to {signed(high, share)}{unit}"
    if high - low < NOTHING:
        spread = f"{signed(over['mean'], share)}{unit} with no spread beyond chance"
    centre = signed(row["difference"], share)
    chance = f"{signed(row['low'], share)} to {signed(row['high'], share)}"
    if short:
        return f"{spread} ({centre}; {chance})"
    return f"{spread} over what is not known ({centre} at the central values; {chance} for chance alone)"


def signed(value: float, share: bool) -> str:
    """A difference with its sign: percentage points of a share, else as it is."""
    text = f"{100 * value:+.1f}" if share else f"{value:+.3f}" if abs(value) < 0.1 else f"{value:+.2f}"
    text = "0" + text[2:] if float(text) == 0 and text[1] == "0" else text
    return text.replace("-", "−")


def percent(value: float, digits: int = 1) -> str:
    """A share in per cent."""
    return f"{100 * value:.{digits}f} %"


def theory_table(played: Played) -> pd.DataFrame:
    """What hangs on which theory, by arm and name."""
    return hangs_on(played.combinations, played.theories, "hold").set_index(["arm", "name"])


def _of_samples(token: str, played: Played) -> str:
    kind, _, rest = token.partition(":")
    if kind in ("higher", "lower", "open"):
        arm, _, name = rest.partition(":")
        return percent(float(theory_table(played).loc[(arm, name), kind]), 0)
    row: Mapping[str, float] = played.spread.set_index("name").loc[rest].to_dict()
    if kind == "unknown":
        return f"{percent(row['range_low'])} to {percent(row['range_high'])}"
    if kind == "part":
        return f"{percent(row['share'])} ({percent(row['share_low'])} to {percent(row['share_high'])})"
    if kind == "half":
        return f"{50 * (row['high'] - row['low']):.2f}"
    return f"{max(50 * (row['high'] - row['low']) - 100 * row['chance'], 0):.2f}"


def _row(table: pd.DataFrame, arm: str, name: str) -> pd.Series:
    return table[(table["arm"] == arm) & (table["name"] == name)].iloc[0]

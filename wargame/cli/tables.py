"""Rows of tables, as the summaries print them and as `--json` gives them."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

__all__ = ["json_rows", "records"]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, by column."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def json_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table for machines: plain numbers with all their digits, and None where there is none."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return rows

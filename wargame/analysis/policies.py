"""What was played, turn by turn."""

from __future__ import annotations

import pandas as pd

from wargame.analysis.intervals import with_shares

__all__ = ["policy_shares"]


def policy_shares(policies: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Policies by turn with intervals: `turn`, `actor`, `policy`, `n`, `running`, `share`, `low`, `high`.

    Statistic: n / running, the episodes that played the policy among those that played the turn. Interval:
    that of `with_shares`, each turn and policy by itself.
    """
    columns = ["turn", "actor", "policy", "n", "running"]
    return with_shares(policies[columns], hits="n", total="running", level=level)

"""What an analysis says when it could only mislead: how much there is, and how much would do."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from wargame.scenario.errors import WargameError

__all__ = ["NotForThis", "TooFew", "needed_module"]


class TooFew(WargameError):
    """Too little was played for an answer that can be trusted. `needed` is the number that would do."""

    def __init__(self, found: str, remedy: str, needed: int) -> None:
        self.found = found
        self.remedy = remedy
        self.needed = needed
        super().__init__(f"{found}\n  {'mend:':<9}{remedy}")

    def __reduce__(self) -> tuple[type[TooFew], tuple[str, str, int]]:
        return (type(self), (self.found, self.remedy, self.needed))


class NotForThis(WargameError):
    """A table that cannot answer the question, however large: of another kind, or without what is asked for."""

    def __init__(self, found: str, remedy: str) -> None:
        self.found = found
        self.remedy = remedy
        super().__init__(f"{found}\n  {'mend:':<9}{remedy}")

    def __reduce__(self) -> tuple[type[NotForThis], tuple[str, str]]:
        return (type(self), (self.found, self.remedy))


def needed_module(name: str, purpose: str) -> Any:
    """A module of the extra `analysis`; NotForThis, with how to install it, if it is not there."""
    try:
        return import_module(name)
    except ImportError as error:
        raise NotForThis(
            f"{purpose} needs {name.split('.')[0]}, which is not installed ({error})",
            "Install it with: pip install 'wargame[analysis]'",
        ) from error

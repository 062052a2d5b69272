"""What an analysis says when it could only mislead: how much there is, and how much would do."""

from __future__ import annotations

from wargame.scenario.errors import WargameError

__all__ = ["NotForThis", "TooFew"]


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

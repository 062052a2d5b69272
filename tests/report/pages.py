"""Small runs and experiments to report on, and a reader that takes a page apart."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

__all__ = ["QUARREL", "QUESTION", "Page", "commands"]

QUARREL = """
name: quarrel
title: "A quarrel <over> the fence & the hedge"
description: Two neighbours, a fence and a temper.
time: {step: quarter, start: 2025Q1, horizon: 6}
parameters:
  step: {value: 0.1, label: "M1: size of a shove", judgement: a guess, distribution: {uniform: [0.02, 0.2]}}
  luck: {value: 0.2, label: chance of a mishap, source: "A book, p. 3", distribution: {uniform: [0.1, 0.3]}}
  bare: 1
state: {tension: {initial: 0.5, bounds: [0, 1], label: Tension, unit: points, judgement: a guess}}
actors:
  north:
    label: The North
    aims: Be heard.
    policies: {wait: {label: Wait}, probe: {label: Probe the fence, effects: {tension: step}}}
    utility: {heard: {value: tension, label: being heard}}
    decision: {rule: logit, precision: 4}
  south:
    label: The South
    policies: {hold: {label: Hold}, calm: {label: Calm down, cost: 0.05, effects: {tension: -0.12}}}
    utility: {quiet: {value: -tension, label: quiet}}
    decision: {rule: logit, precision: 4}
nature: {mishap: {label: a mishap, draw: {bernoulli: luck}, effects: {tension: 0.15}}}
calendar: [{name: Harvest festival, on: [2025Q3, 2026Q1], add: {tension: -0.02}}]
outcomes:
  war: {when: tension >= 1, terminal: true, label: Blows}
  sulk: {when: tension >= 0.6, label: A long sulk}
  peace: {default: true, label: Peace}
metrics: {peak: {value: max(tension), label: highest tension}}
"""

QUESTION = """
name: pushing
scenario: quarrel.yaml
question: What if the North pushes all through 2025?
hypothesis: More blows.
episodes: 80
arms:
  free: {label: As they like}
  push: {label: The North pushes, orders: [north=probe@2025Q1..2025Q4]}
"""


class Page(HTMLParser):
    """What a page consists of, as far as tests ask for it."""

    def __init__(self, source: str | Path) -> None:
        super().__init__()
        self.html = source.read_text("utf-8") if isinstance(source, Path) else source
        self.headings: list[tuple[int, str]] = []
        self.images: list[dict[str, str]] = []
        self.references: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.captions: list[str] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self.feed(self.html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    VOID = frozenset({"meta", "link", "img", "source", "br"})

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self.tags.append(tag)
        self.ids += [found["id"]] if "id" in found else []
        self.references += [found[name] for name in ("src", "srcset", "href", "action") if name in found]
        if tag == "img":
            self.images.append(found)
        if tag not in self.VOID:
            self._open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "style":
            return
        self._text.append(data)
        if re.fullmatch("h[1-6]", inside):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)
        if inside == "caption":
            self.captions.append(data)

    @property
    def text(self) -> str:
        """All that can be read, in one line, with ordinary blanks."""
        return " ".join("".join(self._text).replace("\xa0", " ").split())


def commands(page: Page) -> list[list[str]]:
    """The blocks of what is to be typed, as lines."""
    import html

    blocks = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page.html, re.DOTALL)
    return [html.unescape(block).strip("\n").split("\n") for block in blocks]

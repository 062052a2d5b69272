"""Reading YAML safely: plain data, the line of every value, and limits that no honest file reaches.

The file is composed to a node tree and turned into dicts, lists and scalars here rather than by a YAML constructor:
so every value keeps its line, duplicate keys are errors, no tag can build an object, and aliases are counted by what
they expand to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from wargame.scenario.errors import Problem, ScenarioError

__all__ = ["MAX_DEPTH", "MAX_LINES", "MAX_VALUES", "Source", "parse_source", "read_source"]

MAX_BYTES = 4_000_000
MAX_LINES = 20_000
MAX_VALUES = 100_000
MAX_DEPTH = 30

KeyPath = tuple[str, ...]

_TAG = "tag:yaml.org,2002:"
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A scenario as text and as plain data, with the line of each value by its path of keys."""

    file: str
    text: str
    data: dict[str, Any]
    lines: Mapping[KeyPath, int] = field(repr=False)
    changed: Mapping[KeyPath, str] = field(default_factory=dict)
    """Paths set by an override, with the override's text."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """The overrides as they were given, in order: with `text`, all it takes to build the scenario again."""

    def line(self, path: KeyPath) -> int:
        """The line of the value at `path`, or of its nearest ancestor that stands in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def place(self, path: KeyPath) -> str:
        """The file's name, or the override that put the value at `path` there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.changed:
                return f"{self.file} with override {self.changed[path[:length]]}"
        return self.file

    def problem(
        self, path: KeyPath, message: str, *, found: str = "", allowed: str = "", remedy: str = ""
    ) -> Problem:
        """A problem located at `path`."""
        return Problem(
            file=self.place(path),
            line=self.line(path),
            message=message,
            found=found,
            allowed=allowed,
            remedy=remedy,
        )


def read_source(path: Path, *, shown_as: str | None = None) -> Source:
    """Read the YAML file at `path`. Raises ScenarioError, with the line, for anything that cannot be read."""
    file = shown_as or str(path)

    def fail(message: str, *, line: int = 0, found: str = "", remedy: str = "") -> ScenarioError:
        return ScenarioError(Problem(file=file, line=line, message=message, found=found, remedy=remedy))

    if path.is_dir():
        raise fail("is a folder, not a scenario file", remedy="name a .yaml file inside it")
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise fail(f"cannot be read ({reason})", remedy="check the path and its permissions") from None
    too_long = raw.count(b"\n") > MAX_LINES
    if too_long or len(raw) > MAX_BYTES:
        raise fail(
            f"is too large for a scenario: at most {MAX_LINES:,} lines and {MAX_BYTES:,} bytes are allowed",
            line=MAX_LINES + 1 if too_long else 1,
            found=f"{raw.count(bytes([10])):,} lines, {len(raw):,} bytes",
            remedy="keep data tables outside the scenario, and only the rules in it",
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise fail("is not UTF-8 text", line=line, remedy="save the file with UTF-8 encoding") from None
    return parse_source(text, file=file)


def parse_source(text: str, *, file: str = "<text>") -> Source:
    """Parse YAML 1.2 text into plain data with lines; raises ScenarioError."""
    reader = _Reader(file)
    root = reader.compose(text)
    data = reader.construct(root, (), 0)
    if not isinstance(data, dict):
        raise ScenarioError(
            Problem(
                file=file,
                line=1,
                message="a scenario is a mapping of keys to values",
                found=type(data).__name__,
                remedy="start with lines such as `name: my-scenario` and `time: ...`",
            )
        )
    return Source(file=file, text=text, data=data, lines=reader.lines)


class _Reader:
    """Turns YAML nodes into plain data and remembers lines."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {}
        self.values = 0

    def error(self, line: int, message: str, *, found: str = "", remedy: str = "") -> ScenarioError:
        return ScenarioError(Problem(file=self.file, line=line, message=message, found=found, remedy=remedy))

    def compose(self, text: str) -> Node:
        deepest = max((len(row) - len(row.lstrip(" [{-")) for row in text.splitlines()), default=0)
        if deepest > 1000:
            raise self.error(1, "is nested too deeply", remedy=f"use at most {MAX_DEPTH} levels")
        try:
            root: Node | None = YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark is not None else 1
            what = (error.problem or error.context or "cannot be understood").strip()
            raise self.error(
                line,
                f"is not valid YAML: {what}",
                remedy="check indentation, colons and brackets on this line and the one above; "
                "put a formula that holds ': ' or starts with a sign such as * & ! % @ in quotes",
            ) from None
        except RecursionError:
            raise self.error(1, "is nested too deeply", remedy=f"use at most {MAX_DEPTH} levels") from None
        except (YAMLError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise self.error(
                1, f"is not valid YAML: {reason}", remedy="keep to plain printable text"
            ) from None
        if root is None:
            raise self.error(1, "is empty", remedy="see docs/scenario-language.md for a first scenario")
        return root

    def construct(self, node: Node, path: KeyPath, depth: int) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self.values += 1
        if self.values > MAX_VALUES:
            raise self.error(
                line,
                f"holds more than {MAX_VALUES:,} values once aliases (*name) are expanded",
                remedy="write the values out, or keep tables outside the scenario",
            )
        if depth > MAX_DEPTH:
            raise self.error(
                line, f"is nested more than {MAX_DEPTH} levels deep", remedy="flatten the structure"
            )
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            return [
                self.construct(item, (*path, str(index)), depth + 1) for index, item in enumerate(node.value)
            ]
        return self.scalar(node, line)

    def mapping(self, node: MappingNode, path: KeyPath, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise self.error(line, "a key must be a plain name", remedy="put braces in quotes")
            key = str(key_node.value)
            if key in result:
                raise self.error(
                    line,
                    f"the key {key!r} stands twice in one mapping",
                    found=f"first on line {self.lines[(*path, key)]}",
                    remedy="rename or remove one of them; nothing may be given twice",
                )
            self.lines[(*path, key)] = line
            result[key] = self.construct(value_node, (*path, key), depth + 1)
        return result

    def scalar(self, node: Node, line: int) -> Any:
        tag = str(node.tag)
        text = str(node.value)
        if tag in (_TAG + "str", _TAG + "timestamp"):
            return text
        if tag == _TAG + "null":
            return None
        if tag == _TAG + "bool":
            return _BOOLEANS.get(text.lower(), text)
        if tag in (_TAG + "int", _TAG + "float"):
            return self.number(text, line)
        raise self.error(
            line, f"the YAML tag {tag!r} is not allowed", remedy="write plain values without tags"
        )

    def number(self, text: str, line: int) -> int | float | str:
        plain = text.replace("_", "")
        try:
            return int(plain, 10)
        except ValueError:
            pass
        try:
            if plain.lower().lstrip("+-").startswith(("0x", "0o")):
                return int(plain, 0)
            value = float(plain.lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return text
        if not math.isfinite(value):
            raise self.error(
                line,
                "a number must be finite",
                found=text,
                remedy="give a large number instead, or null where no bound is meant",
            )
        return value

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
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from wargame.scenario.errors import Problem, ScenarioError
from wargame.scenario.yaml_errors import explain

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_LINES",
    "MAX_VALUES",
    "KeyPath",
    "Source",
    "parse_source",
    "read_source",
    "read_text",
]

MAX_BYTES = 1_000_000
MAX_LINES = 20_000
MAX_VALUES = 100_000
MAX_DEPTH = 30

KeyPath = tuple[str, ...]

_TAG = "tag:yaml.org,2002:"
_COLLECTION_TAGS = {_TAG + "map", _TAG + "seq"}
_BOOLEANS = {"true": True, "false": False}
_NULLS = {"", "~", "null"}


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

    def override(self, path: KeyPath) -> str:
        """The override that put the value at `path` there, or an empty text."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.changed:
                return self.changed[path[:length]]
        return ""

    def problem(
        self, path: KeyPath, message: str, *, found: str = "", allowed: str = "", remedy: str = ""
    ) -> Problem:
        """A problem located at `path`."""
        return Problem(
            file=self.file,
            line=self.line(path),
            override=self.override(path),
            message=message,
            found=found,
            allowed=allowed,
            remedy=remedy,
        )


def read_source(path: Path, *, shown_as: str | None = None, kind: str = "scenario") -> Source:
    """Read the YAML file at `path`. Raises ScenarioError, with the line, for anything that cannot be read."""
    file = shown_as or str(path)
    return parse_source(read_text(path, file=file, kind=kind), file=file, kind=kind)


def read_text(path: Path, *, file: str, kind: str = "scenario") -> str:
    """The text of the file at `path`, shown as `file` in messages; raises ScenarioError if it cannot be read."""

    def fail(message: str, *, line: int = 0, found: str = "", remedy: str = "") -> ScenarioError:
        return ScenarioError(Problem(file=file, line=line, message=message, found=found, remedy=remedy))

    if path.is_dir():
        raise fail(f"is a folder, not {_a(kind)} file", remedy="name a .yaml file inside it")
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "unknown reason"
        raise fail(f"cannot be read ({reason})", remedy="check the path and its permissions") from None
    _check_size(raw, file, kind)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise fail("is UTF-16 text", line=1, remedy="save the file with UTF-8 encoding")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise fail(
            "is not UTF-8 text",
            line=line,
            found=f"the byte {raw[error.start]:#04x}",
            remedy="save the file with UTF-8 encoding",
        ) from None


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _check_size(raw: bytes, file: str, kind: str = "scenario") -> None:
    lines = raw.count(b"\n")
    if lines > MAX_LINES or len(raw) > MAX_BYTES:
        raise ScenarioError(
            Problem(
                file=file,
                line=MAX_LINES + 1 if lines > MAX_LINES else 1,
                message=f"is too large for {_a(kind)}: at most {MAX_LINES:,} lines and {MAX_BYTES:,} bytes are allowed",
                found=f"{lines:,} lines, {len(raw):,} bytes",
                remedy=f"keep data tables outside the {kind}, and only the rules in it",
            )
        )


def parse_source(text: str, *, file: str = "<text>", kind: str = "scenario") -> Source:
    """Parse YAML 1.2 text into plain data with lines; raises ScenarioError."""
    _check_size(text.encode("utf-8", errors="replace"), file, kind)
    reader = _Reader(file, text.removeprefix("\ufeff"))
    root = reader.compose()
    data = reader.construct(root, (), 0)
    if not isinstance(data, dict):
        reader.note(
            1,
            f"{_a(kind)} is a mapping of keys to values",
            found="a list" if isinstance(data, list) else f"only {reader.shown(data)}",
            remedy=f"start with lines such as `name: my-{kind}`, with a space after each colon",
        )
    if reader.problems:
        raise ScenarioError(reader.problems)
    return Source(file=file, text=text, data=data, lines=reader.lines)


class _Reader:
    """Turns YAML nodes into plain data and remembers lines; what can be read in spite of a problem is read."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []
        self.values = 0

    def note(self, line: int, message: str, *, found: str = "", remedy: str) -> None:
        self.problems.append(Problem(file=self.file, line=line, message=message, found=found, remedy=remedy))

    def stop(self, line: int, message: str, *, found: str = "", remedy: str) -> ScenarioError:
        """The error of a problem that makes reading on pointless."""
        self.note(line, message, found=found, remedy=remedy)
        return ScenarioError(self.problems)

    @staticmethod
    def shown(value: Any) -> str:
        text = str(value)
        return repr(text if len(text) <= 60 else text[:57] + "...")

    def compose(self) -> Node:
        too_deep = f"use at most {MAX_DEPTH} levels"
        for number, row in enumerate(self.text.splitlines(), 1):
            if len(row) - len(row.lstrip(" [{-")) > 1000:
                raise self.stop(number, "is nested too deeply", remedy=too_deep)
        try:
            root: Node | None = YAML(typ="safe", pure=True).compose(self.text)
        except RecursionError:
            raise self.stop(1, "is nested too deeply", remedy=too_deep) from None
        except (YAMLError, ValueError, AssertionError, LookupError) as error:
            told = explain(error, self.text)
            raise self.stop(
                told.line, f"is not valid YAML: {told.message}", found=told.found, remedy=told.remedy
            ) from None
        if root is None:
            raise self.stop(1, "is empty", remedy="see docs/scenario-language.md for a first scenario")
        return root

    def construct(self, node: Node, path: KeyPath, depth: int) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self.values += 1
        if self.values > MAX_VALUES:
            raise self.stop(
                line,
                f"holds more than {MAX_VALUES:,} values once aliases (*name) are expanded",
                remedy="write the values out, or keep tables outside the scenario",
            )
        if depth > MAX_DEPTH:
            raise self.stop(
                line,
                f"is nested more than {MAX_DEPTH} levels deep",
                remedy="flatten the structure; an alias (*name) must not stand inside what it names",
            )
        if isinstance(node, ScalarNode):
            return self.scalar(node, line)
        if node.tag not in _COLLECTION_TAGS:
            self.forbidden_tag(node, line)
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        assert isinstance(node, SequenceNode)
        items = []
        for index, item in enumerate(node.value):
            if node.flow_style:
                self.check_comma(item)
            items.append(self.construct(item, (*path, str(index)), depth + 1))
        return items

    def mapping(self, node: MappingNode, path: KeyPath, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        cut = False
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.note(
                    line,
                    "a key must be a plain name, not a list or mapping",
                    remedy="braces and brackets mean mappings and lists in YAML; put a text that holds them in quotes",
                )
                continue
            key = str(key_node.value)
            if cut and _is_empty(value_node):
                continue
            cut = node.flow_style and self.check_comma(value_node)
            if self.bad_key(key, key_node, value_node, line):
                continue
            if key in result:
                self.note(
                    line,
                    f"the key {key!r} stands twice in one mapping",
                    found=f"first on line {self.lines[(*path, key)]}",
                    remedy="rename or remove one of them; nothing may be given twice",
                )
                continue
            self.lines[(*path, key)] = line
            result[key] = self.construct(value_node, (*path, key), depth + 1)
        return result

    def bad_key(self, key: str, key_node: ScalarNode, value_node: Node, line: int) -> bool:
        if key == "<<" and key_node.style is None:
            self.note(
                line,
                "merge keys (`<<`) are not part of the scenario language",
                remedy="write the keys out; whole values may be repeated with &name and *name",
            )
            return True
        name, colon, rest = key.partition(":")
        if colon and rest and key_node.style is None and _is_empty(value_node):
            self.note(
                line,
                f"there is no space after the colon in {self.shown(key)}",
                remedy=f"write `{name}: {rest}`",
            )
            return True
        return False

    def check_comma(self, node: Node) -> bool:
        """Note a formula that a comma has cut in two: in braces and brackets a comma ends a plain value."""
        if not isinstance(node, ScalarNode) or node.style is not None:
            return False
        text = str(node.value)
        if text.count("(") <= text.count(")"):
            return False
        self.note(
            node.start_mark.line + 1,
            "inside { } and [ ] a comma ends the value, also within a formula's parentheses",
            found=text,
            remedy='put the formula in quotes, as in {tension: "max(0, x)"}',
        )
        return True

    def forbidden_tag(self, node: Node, line: int) -> None:
        tag = str(node.tag)
        shown = "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag
        is_word = not isinstance(node, CollectionNode) and tag.startswith("!")
        self.note(
            line,
            f"the YAML tag {shown!r} is not allowed",
            remedy="write `not x` for !x, or put the text in quotes"
            if is_word
            else "write plain values without tags",
        )

    def scalar(self, node: ScalarNode, line: int) -> Any:
        tag = str(node.tag)
        text = str(node.value)
        if tag in (_TAG + "str", _TAG + "timestamp"):
            return text
        if tag == _TAG + "null" and text.lower() in _NULLS:
            return None
        if tag == _TAG + "bool":
            return _BOOLEANS.get(text.lower(), text)
        if tag in (_TAG + "int", _TAG + "float"):
            return self.number(text, line)
        self.forbidden_tag(node, line)
        return text

    def number(self, text: str, line: int) -> int | float | str:
        plain = text.replace("_", "")
        try:
            return int(plain, 10)
        except ValueError:
            pass
        try:
            if plain.lower().lstrip("+-").startswith(("0x", "0o", "0b")):
                return int(plain, 0)
            value = float(plain.lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return text
        if not math.isfinite(value):
            self.note(
                line,
                "a number must be finite",
                found=text,
                remedy="give a large number instead, or null where no bound is meant",
            )
            return 0
        return value


def _is_empty(node: Node) -> bool:
    """Whether nothing was written where a value can stand."""
    return isinstance(node, ScalarNode) and node.value == "" and node.style is None

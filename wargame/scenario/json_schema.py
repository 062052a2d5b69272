"""The format of a scenario file as JSON Schema, by which editors complete keys and mark mistakes."""

from __future__ import annotations

from typing import Any

from wargame.scenario.schema import Document
from wargame.scenario.schema_values import FORMULA_SCHEMA

__all__ = ["json_schema"]


def json_schema() -> dict[str, Any]:
    """The format as JSON Schema (2020-12), for editors and other tools.

    Shorthands (a bare number for a parameter, a bare formula for an effect) are allowed wherever the schema asks for
    the mapping that they stand for; `docs/scenario-language.md` lists them.
    """
    schema = Document.model_json_schema(by_alias=True)
    _allow_shorthands(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "wargame scenario"}


_SCALAR = FORMULA_SCHEMA
_SHORTHANDS: dict[str, list[dict[str, Any]]] = {
    "Parameter": [_SCALAR],
    "Definition": [_SCALAR],
    "Metric": [_SCALAR],
    "Effect": [_SCALAR],
    "Choice": [{"type": "array", "items": _SCALAR, "minItems": 1}],
    "Policy": [{"type": "null"}],
    "Level": [{"type": "integer"}, {"type": "object", "additionalProperties": _SCALAR}],
    "LevelZero": [
        {"type": "string"},
        {"type": "object", "additionalProperties": {"type": ["string", "object"]}},
    ],
}


def _allow_shorthands(schema: dict[str, Any]) -> None:
    definitions = schema["$defs"]
    for name, others in _SHORTHANDS.items():
        full = definitions.pop(name)
        definitions[f"{name}Full"] = full
        definitions[name] = {"anyOf": [*others, {"$ref": f"#/$defs/{name}Full"}]}
    definitions["Initial"] = {"anyOf": [_SCALAR, {"$ref": "#/$defs/Distribution"}]}
    for name in ("Distribution", "Draw", "EffectFull"):
        definitions[name].update({"minProperties": 1, "maxProperties": 1})
    actor = definitions["Actor"]["properties"]
    actor["utility"] = {"anyOf": [_SCALAR, actor["utility"]]}
    text = {"type": "string"}
    policies = {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]}
    actor["before"] = policies
    definitions["Clause"]["properties"].update({"then": policies, "else": policies})
    expects = definitions["Expects"]
    del expects["properties"]["equilibrium"]
    definitions["Expects"] = {"anyOf": [{"const": "equilibrium"}, {"$ref": "#/$defs/ExpectsFull"}]}
    definitions["ExpectsFull"] = expects
    definitions["Types"] = {
        "anyOf": [
            {"$ref": "#/$defs/ContinuousTypes"},
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/TypeOf"}, "minProperties": 2},
        ]
    }
    definitions["Decision"]["properties"]["script"] = {
        "type": "object",
        "additionalProperties": policies,
        "minProperties": 1,
    }
    date = {"type": ["string", "integer"]}
    definitions["CalendarEntry"]["properties"]["on"] = {
        "anyOf": [date, {"type": "array", "items": date, "minItems": 1}]
    }
    for definition in definitions.values():
        for name, value in definition.get("properties", {}).items():
            definition["properties"][name] = _without_null(value)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An optional key may be left out; it may not hold null."""
    kept = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    if len(kept) == 1:
        return {**rest, **kept[0]}
    return {**rest, "anyOf": kept} if kept else rest

"""What may stand under a key: in words for people, and as JSON Schema for editors.

Values are typed as YAML 1.2 types them, which is what editors do: `no` is a text, `465` a number. Where a
text is wanted that looks like a number, both are good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

NAME_PATTERN: Final = "^[a-z0-9]+([-_][a-z0-9]+)*$"
DURATION_PATTERN: Final = r"^\d+(\.\d+)?\s*(ms|s|sec|seconds?|min|minutes?|h|hours?)$"
LANGUAGES: Final = ("nl", "fr", "de", "en")


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of value. `says`: what it is, in words that fit a table."""

    says: str
    schema: Mapping[str, Any]
    fields: tuple[Field, ...] = ()
    """Of a table: its fields."""
    inside: tuple[Shape, ...] = ()
    """Of a list, of keys that are names, of a choice: what may stand in it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a node or a file, as the reference and the schema show it."""

    name: str
    shape: Shape
    says: str
    default: str = ""
    """What holds when it does not stand there; empty: nothing."""
    needed: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """Its schema, with the words that an editor shows."""
        usual = f" Default: {self.default}." if self.default else ""
        return {"description": f"{self.says}{usual}", **self.shape.schema}


def text(says: str = "text", pattern: str = "") -> Shape:
    """One line for people."""
    checked = {"pattern": pattern} if pattern else {}
    return Shape(says, {"type": ["string", "number", "boolean"], "maxLength": 200, **checked})


def name(of: str) -> Shape:
    """The name of something else."""
    article = "an" if of[0] in "aeiou" else "a"
    return Shape(f"name of {article} {of}", {"type": ["string", "integer"], "pattern": NAME_PATTERN})


def variable() -> Shape:
    """A variable as it is read."""
    return Shape("a variable, `$customer`", {"type": "string", "pattern": r"^\$[a-z0-9]+([-_][a-z0-9]+)*$"})


def duration(least: str, most: str) -> Shape:
    """A duration with its unit."""
    return Shape(f"duration, {least} to {most}", {"type": "string", "pattern": DURATION_PATTERN})


def whole(least: int, most: int) -> Shape:
    """A whole number."""
    return Shape(f"whole number, {least} to {most}", {"type": "integer", "minimum": least, "maximum": most})


def one_of(*words: str) -> Shape:
    """One of some words."""
    return Shape(", ".join(f"`{word}`" for word in words), {"enum": list(words)})


def many(shape: Shape, says: str = "") -> Shape:
    """One, or a list of them."""
    listed = {"type": "array", "items": dict(shape.schema), "minItems": 1}
    return Shape(says or f"{shape.says}; or a list", {"anyOf": [dict(shape.schema), listed]}, inside=(shape,))


def list_of(shape: Shape, says: str = "") -> Shape:
    """A list, which may be empty."""
    listed = {"type": "array", "items": dict(shape.schema)}
    return Shape(says or f"{shape.says}; or a list", {"anyOf": [dict(shape.schema), listed]}, inside=(shape,))


def table(fields: Sequence[Field], says: str = "keys and values, see below") -> Shape:
    """Keys and values, each known by name."""
    return Shape(says, object_of(fields), fields=tuple(fields))


def entries(key: Shape, value: Shape, says: str) -> Shape:
    """Keys and values whose keys are names."""
    names = {"propertyNames": {"pattern": key.schema["pattern"]}} if "pattern" in key.schema else {}
    return Shape(
        says, {"type": "object", "additionalProperties": dict(value.schema), **names}, inside=(value,)
    )


def either(says: str, *shapes: Shape) -> Shape:
    """One of several shapes."""
    return Shape(says, {"anyOf": [dict(shape.schema) for shape in shapes]}, inside=shapes)


def object_of(fields: Sequence[Field]) -> dict[str, Any]:
    """The schema of a table with these fields and no other."""
    needed = [field.name for field in fields if field.needed]
    return {
        "type": "object",
        "properties": {field.name: field.schema for field in fields},
        "additionalProperties": False,
        **({"required": needed} if needed else {}),
    }


FLAG: Final = Shape("`yes` or `no`", {"enum": ["yes", "no", True, False, "on", "off"]})
TITLE: Final = text("one line of text")
SCALAR: Final = Shape("a value", {"type": ["string", "number", "boolean"]})
WORDS: Final = many(
    Shape("word", {"type": "string", "pattern": r"^(\$?[A-Za-z0-9][A-Za-z0-9._:-]*)$"}), "one word or a list"
)
NODE: Final = name("node")
KEY: Final = Shape("a key of a telephone", {"type": ["string", "integer"], "pattern": "^[0-9*#]$"})
PHONE: Final = Shape(
    "telephone number in any usual form",
    {"type": ["string", "integer"], "pattern": "^(tel:)?[+(0-9][0-9 ./()-]*$"},
)
MAIL: Final = Shape("mail address", {"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$"})
SPOKEN: Final = one_of(*LANGUAGES)
CALLERS: Final = one_of(*LANGUAGES, "bi")
COUNTRY: Final = Shape("two capital letters", {"type": "string", "pattern": "^[A-Z]{2}$"})
ZONE: Final = Shape("time zone, `Europe/Brussels`", {"type": "string", "pattern": "^[A-Za-z0-9_+/-]+$"})
DATE: Final = Shape("date, `2026-12-24`", {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})
MOMENT: Final = Shape(
    "moment, `2026-12-24 18:00`", {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}$"}
)
TRIGRAM: Final = Shape("three capital letters", {"type": "string", "pattern": "^[A-Z]{3}$"})

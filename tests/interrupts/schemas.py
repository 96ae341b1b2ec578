"""Schemas of answers and arguments, and values for them: each keyword, each kind, and what is none."""

from countersign.approvals.json import Json
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset

VALUES: tuple[Json, ...] = (
    None, True, 0, 5, 5.0, -1.5, "", " ", "text", "two\nlines", "x" * 150, "x" * 151, "hid\u200bden", "no",
    "2026-11-20", "14:30", "14:30:00", "1430", "2026-11-20T14:30:00Z", "2026-11-20T14:30:00",
    "1900-01-01T00:00:00Z", "a@example.org", "https://example.org", "ftp://example.org",
    [], ["a"], ["a", "b"],
    ["a", "a"], [1, 2], ["a", 1], [" a"], [""], ["a\nb"], [True], [None], [["a"]], {}, {"y": 1},
)  # fmt: skip

PLACES: dict[str, Json] = {
    "anything": {},
    "true": True,
    "a text": {"type": "string"},
    "a text that is there": {"type": "string", "minLength": 1},
    "a text with a default": {"type": "string", "default": "usual"},
    "a text of 150": {"type": "string", "maxLength": 150},
    "a text of 151": {"type": "string", "maxLength": 151},
    "a text or null": {"type": ["string", "null"], "default": None},
    "a text or a number": {"type": ["string", "number"]},
    "an integer": {"type": "integer", "minimum": 1, "maximum": 9, "description": " How\nmany? "},
    "at least": {"type": "integer", "minimum": 1},
    "at most": {"type": "number", "maximum": 9.5, "default": 3},
    "bounds that are none": {"type": "number", "minimum": True, "maxLength": "5"},
    "a boolean": {"type": "boolean", "default": False},
    "a boolean or null": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
    "a date": {"type": "string", "format": "date"},
    "a time": {"type": "string", "format": "time"},
    "a moment": {"type": "string", "format": "date-time", "title": "When"},
    "an address": {"type": "string", "format": "email"},
    "a link": {"type": "string", "format": "uri"},
    "a format of no kind": {"type": "string", "format": "hostname"},
    "a choice": {"enum": ["text", "no", 5]},
    "a choice or null": {"enum": ["text", None]},
    "a choice with a default": {"type": "string", "enum": ["text", "no"], "default": "no"},
    "a choice that is empty": {"enum": []},
    "a constant": {"const": 5},
    "titled constants": {"oneOf": [{"const": 5, "title": "Five"}, {"const": "no", "title": 7}]},
    "of two kinds": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    "of one kind only": {"anyOf": [{"type": "integer"}], "title": "Only"},
    "lines": {"type": "array", "items": {"type": "string"}},
    "lines of integers": {"type": "array", "items": {"type": "integer"}, "default": [1]},
    "choices": {"type": "array", "items": {"enum": ["a", "b", "c"]}},
    "a list of lists": {"type": "array", "items": {"type": "array"}},
    "a list of lines or null": {"type": ["array", "null"], "items": {"type": "number"}},
    "an object": {"type": "object", "properties": {"y": {"type": "integer"}}, "required": ["y"]},
    "an object or null": {"anyOf": [{"type": "object", "properties": {"y": {}}}, {"type": "null"}]},
    "an object of anything": {"type": "object"},
    "a reference that leads nowhere": {"$ref": "#/nowhere"},
    "what is never right": False,
    "a default that does not fit": {"type": "integer", "default": "many"},
    "a long description": {"type": "string", "description": "d" * 1001},
    "a description of 1000": {"type": "string", "description": "d" * 1000},
}

NODE: Json = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}}}
    },
}


def nested(levels: int) -> Json:
    schema: Json = {"type": "integer"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def wide(count: int, name: str = "f") -> Json:
    return {"type": "object", "properties": {f"{name}{at}": {"type": "string"} for at in range(count)}}


SCHEMAS: dict[str, tuple[Json, JsonOrUnset]] = {
    "nothing": ({}, UNSET),
    "true": (True, UNSET),
    "false": (False, UNSET),
    "no schema": ("text", UNSET),
    "an unknown type": ({"type": "nonsense"}, UNSET),
    "a text": ({"type": "string"}, "there"),
    "a number": ({"type": "number", "title": "How much"}, UNSET),
    "an enum": ({"enum": ["a", "b"], "title": "Which"}, UNSET),
    "two fields": (
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
            "required": ["a"],
        },
        {"a": 5, "b": 7, "c": 8},
    ),
    "an inner object": (
        {"properties": {"o": {"type": "object", "properties": {"p": {"type": "string"}}}}, "required": ["o"]},
        {"o": {"p": "x"}},
    ),
    "an inner object that is there": (
        {"properties": {"o": {"type": "object", "properties": {"p": {"type": "string", "default": "d"}}}}},
        UNSET,
    ),
    "a recursion": (NODE, {"v": 1, "next": {"v": 2}}),
    "nested 7": (nested(7), UNSET),
    "nested 8": (nested(8), UNSET),
    "nested 9": (nested(9), UNSET),
    "names of 254": ({"type": "object", "properties": {"n" * 254: {"type": "string"}}}, UNSET),
    "names of 255": ({"type": "object", "properties": {"n" * 255: {"type": "string"}}}, UNSET),
    "labels of 150": ({"type": "object", "properties": {"n" * 150: {"type": "string"}}}, UNSET),
    "labels of 151": ({"type": "object", "properties": {"n" * 151: {"type": "string"}}}, UNSET),
    "an empty name": ({"type": "object", "properties": {"": {"type": "string"}}}, UNSET),
    "an empty name inside": ({"properties": {"o": {"properties": {"": {"type": "string"}}}}}, UNSET),
    "500 fields": (wide(500), UNSET),
    "501 fields": (wide(501), UNSET),
    "too large": (wide(2_600), UNSET),
    "a union with null": (
        {"anyOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"type": "null"}]},
        UNSET,
    ),
    "references": (
        {
            "properties": {
                "a": {"$ref": "#/$defs/n", "description": "Here."},
                "l": {"items": {"$ref": "#/$defs/n"}},
            },
            "$defs": {"n": {"type": "integer", "minimum": 2, "description": "There."}},
        },
        {"a": 3},
    ),
    "what does not fit": (
        {"properties": {"a": {"type": "integer", "minimum": 9}, "b": {"type": "string"}}},
        {"a": 5, "b": "fits"},
    ),
}

JUDGED: dict[str, tuple[Json, tuple[Json, ...]]] = {
    "types": ({"type": ["string", "integer", "null"]}, ("x", 5, None, 5.5, [], {}, True)),
    "one type": ({"type": "array"}, ([], {}, "x")),
    "bounds": ({"minimum": 1, "maximum": 5, "multipleOf": 2}, (0, 1, 2, 5, 6, 7)),
    "strict bounds": ({"exclusiveMinimum": 1, "exclusiveMaximum": 5}, (1, 2, 5)),
    "lengths": ({"minLength": 2, "maxLength": 3}, ("a", "ab", "abc", "abcd")),
    "items": ({"minItems": 1, "maxItems": 2, "uniqueItems": True}, ([], [1], [1, 1], [1, 2, 3])),
    "a pattern": ({"pattern": "^a+$"}, ("aa", "b")),
    "a format": ({"format": "email"}, ("a@b.c", "x")),
    "an enum": ({"enum": ["ä", 1, None]}, ("ä", 1, None, "b")),
    "an enum of 51": ({"enum": list(range(51))}, (50, 51)),
    "a constant": ({"const": {"ä": 1}}, ({"ä": 1}, {})),
    "required": (
        {"required": ["a", "b"], "properties": {"a": {"required": ["c"]}}},
        ({}, {"a": {}}, {"a": {"c": 1}, "b": 2}, 5),
    ),
    "nothing else": ({"properties": {"a": {}}, "additionalProperties": False}, ({"a": 1}, {"b": 1})),
    "a rule without words": ({"minProperties": 2}, ({}, {"a": 1, "b": 2})),
    "a union by a constant": (
        {
            "anyOf": [
                {"properties": {"k": {"const": "a"}, "n": {"type": "integer"}}, "required": ["n"]},
                {"properties": {"k": {"const": "b"}, "t": {"type": "string"}}, "required": ["t"]},
            ]
        },
        ({"k": "a", "n": "x"}, {"k": "b"}, {"k": "c"}, {"k": "a", "n": 1}),
    ),
    "a union by type": (
        {"oneOf": [{"type": "integer", "minimum": 3}, {"type": "string", "minLength": 3}]},
        (1, "x", None, 5, "text"),
    ),
    "a union of alike": ({"anyOf": [{"minimum": 5}, {"multipleOf": 2}]}, (3, 4, 6)),
    "a long message": ({"const": "c" * 400}, ("x",)),
    "many errors": ({"items": {"type": "string"}}, ([1] * 300,)),
    "a reference that leads nowhere": ({"$ref": "#/nowhere"}, (1,)),
    "no schema": ({"type": "nonsense"}, (1, "x")),
    "places": (
        {
            "properties": {
                "a/b": {"type": "integer"},
                "l": {"items": {"properties": {"x": {"type": "integer"}}}},
            }
        },
        ({"a/b": "x"}, {"l": [{"x": 1}, {"x": "y"}]}),
    ),
}

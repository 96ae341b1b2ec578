"""Blank payloads: null, an empty text, or an object or list of only such values."""

from collections.abc import Mapping

from countersign.approvals.json import Json


def is_blank(value: Json) -> bool:
    """Whether it has no text with a letter or digit, no number and no boolean."""
    if isinstance(value, str):
        return not any(character.isalnum() for character in value)
    if isinstance(value, Mapping):
        return all(is_blank(item) for item in value.values())
    if isinstance(value, list):
        return all(is_blank(item) for item in value)
    return value is None

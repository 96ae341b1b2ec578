"""Payloads that ask nothing: null, an empty text, an object or a list of nothing but those."""

from collections.abc import Mapping

from countersign.approvals.json import Json


def says_nothing(value: Json) -> bool:
    """Whether there is no word, number, true or false in it that people could answer to."""
    if isinstance(value, str):
        return not any(character.isalnum() for character in value)
    if isinstance(value, Mapping):
        return all(says_nothing(item) for item in value.values())
    if isinstance(value, list):
        return all(says_nothing(item) for item in value)
    return value is None

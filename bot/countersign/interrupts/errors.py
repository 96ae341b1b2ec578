"""Why an answer cannot be sent to the graph, in words for the person who gave it."""

from collections.abc import Mapping
from types import MappingProxyType

from countersign.approvals.errors import CountersignError

_NO_LABELS: Mapping[str, str] = MappingProxyType({})


class FormValidationError(CountersignError):
    """What was typed does not fit the form.

    `errors` has one text for the person per field, by the field's pointer; `labels` has what the form calls
    its fields, for an error whose field is on another page.
    """

    def __init__(self, errors: Mapping[str, str], labels: Mapping[str, str] = _NO_LABELS) -> None:
        super().__init__("; ".join(f"{pointer}: {text}" for pointer, text in errors.items()))
        self.errors = dict(errors)
        self.labels = labels


class InvalidDecision(CountersignError):
    """A decision that the graph would not take. Nothing was sent; the person can decide again.

    `row` counts from 0. `errors` has one text for the person per field of that row's form, by the field's
    pointer; a text about the decision as a whole is at `/`.
    """

    labels = _NO_LABELS

    def __init__(self, row: int, errors: Mapping[str, str]) -> None:
        super().__init__(f"row {row}: " + "; ".join(f"{key}: {text}" for key, text in errors.items()))
        self.row = row
        self.errors = dict(errors)

"""Why an answer cannot be sent to the graph, in words for the person who gave it."""

from collections.abc import Mapping

from countersign.approvals.errors import CountersignError


class FormValidationError(CountersignError):
    """What was typed does not fit the form.

    `errors` has one text for the person per field, by the field's pointer.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{pointer}: {text}" for pointer, text in errors.items()))
        self.errors = dict(errors)


class InvalidDecision(CountersignError):
    """A decision that the graph would not take. Nothing was sent; the person can decide again.

    `row` counts from 0. `errors` has one text for the person per field of that row's form, by the field's
    pointer; a text about the decision as a whole is at `/`.
    """

    def __init__(self, row: int, errors: Mapping[str, str]) -> None:
        super().__init__(f"row {row}: " + "; ".join(f"{key}: {text}" for key, text in errors.items()))
        self.row = row
        self.errors = dict(errors)

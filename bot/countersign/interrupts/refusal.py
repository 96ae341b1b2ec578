"""Why a decision cannot be sent to the graph, in words for the person who made it."""

from collections.abc import Mapping


class FormErrors(ValueError):  # it is a table of errors, one per field
    """What was typed does not fit the form: texts for the person, by the pointer of the field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{pointer}: {text}" for pointer, text in errors.items()))
        self.errors = dict(errors)


class Refused(ValueError):  # the word people and the ledger use
    """A decision that must not reach the graph. Nothing was sent; the person can decide again.

    `row` counts from 0. `errors` holds texts for the person by the pointer of the field of that row's form;
    what concerns the decision as a whole is at `/`.
    """

    def __init__(self, row: int, errors: Mapping[str, str]) -> None:
        super().__init__(f"row {row}: " + "; ".join(f"{key}: {text}" for key, text in errors.items()))
        self.row = row
        self.errors = dict(errors)

"""A form's fields and complaints by the name of each field."""

from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import (
    Field,
    Form,
    FormValidationError,
)


def fields(form: Form) -> dict[str, Field]:
    return {field.pointer: field for field in form.fields}


def refused(form: Form, raw: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(FormValidationError) as refusal:
        form.read(raw)
    return refusal.value.errors


def schema_of(properties: dict[str, Json], *required: str) -> dict[str, Json]:
    return {"type": "object", "properties": properties, "required": list(required)}

"""`.env.example` names every setting, with the default that it really has."""

import re
from pathlib import Path

from countersign.settings import Settings

EXAMPLE = (Path(__file__).parents[2] / ".env.example").read_text()
LINES = dict(re.findall(r"^#? ?([A-Z][A-Z_]+)=(\S*)", EXAMPLE, re.MULTILINE))
# Read by the graphs, the demo and OpenTelemetry's SDK.
NOT_OURS = {"OPENAI_API_KEY", "OPENAI_BASE_URL", "MODEL", "DEMO_DATABASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"}


def test_it_names_the_settings_and_no_others() -> None:
    ours = {name.upper() for name in Settings.model_fields}

    assert LINES.keys() == ours | NOT_OURS


def test_what_is_commented_out_is_the_default() -> None:
    for name, field in Settings.model_fields.items():
        shown = LINES.get(name.upper())
        if shown and field.default is not None and not field.is_required() and "..." not in shown:
            assert str(field.default).rstrip(".0") == shown.rstrip(".0"), name

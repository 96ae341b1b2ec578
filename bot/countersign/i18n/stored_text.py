"""A text as JSON, to be translated later for a reader whose language is not known yet."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from countersign.i18n.text import Text, TextLines, TextList


def text_to_json(text: object) -> Any:
    match text:
        case Text():
            return {
                "text": text.template,
                "fields": {name: text_to_json(value) for name, value in text.fields},
            }
        case TextList():
            return {"list": [text_to_json(each) for each in text.values], "any_of": text.any_of}
        case TextLines():
            return {"lines": [text_to_json(each) for each in text.values], "separator": text.separator}
        case datetime():
            return {"at": text.timestamp()}
        case timedelta():
            return {"seconds": text.total_seconds()}
        case date():
            return {"day": text.isoformat()}
        case int():
            return text
        case _:
            return str(text)


def text_from_json(stored: Any) -> object:
    """What `text_to_json` was given."""
    match stored:
        case {"text": str(template), "fields": Mapping() as fields}:
            return Text(template, tuple((name, text_from_json(value)) for name, value in fields.items()))
        case {"list": list(values), "any_of": any_of}:
            return TextList(tuple(map(text_from_json, values)), any_of=bool(any_of))
        case {"lines": list(values), "separator": str(separator)}:
            return TextLines(tuple(map(text_from_json, values)), separator)
        case {"at": float(seconds) | int(seconds)}:
            return datetime.fromtimestamp(seconds, UTC)
        case {"seconds": float(seconds) | int(seconds)}:
            return timedelta(seconds=seconds)
        case {"day": str(day)}:
            return date.fromisoformat(day)
        case _:
            return stored

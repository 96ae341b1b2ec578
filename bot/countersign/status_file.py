"""STATUS_FILE: the status of `serve` and `worker` for the process that starts them, as one JSON object.

`{"address": "http://127.0.0.1:3000"}` once the HTTP server listens; while the bot waits for Slack it may
listen at another address first. `{"refused": "<a sentence>"}` when the process does not start. The file is
replaced in one step, so a reader sees the old object or the new one.
"""

import json
from pathlib import Path


def write_address(path: Path, address: str) -> None:
    """Say where the HTTP server listens, as a URL without a path."""
    _write(path, {"address": address})


def write_refusal(path: Path, reason: str) -> None:
    """Say why the process does not start, as a sentence for the operator."""
    _write(path, {"refused": reason})


def _write(path: Path, status: dict[str, str]) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps(status), encoding="utf-8")
    fresh.replace(path)

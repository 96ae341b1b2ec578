"""The digest of a question, which proves that what is resumed is what the card showed."""

import hashlib

from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.json import Json


def digest(value: Json, schema: Json = None) -> str:
    """SHA-256 in hex over the canonical JSON of the value, and on a second line that of the schema if any.

    The same for the same JSON whatever the order of its keys, and different for different JSON.
    """
    parts = [canonical_json(value)] if schema is None else [canonical_json(value), canonical_json(schema)]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()

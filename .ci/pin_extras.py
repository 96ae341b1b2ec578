"""Complete lock files: a package that is pinned with extras is pinned without them, and with each alone, too.

To an old pip such as 23.0, `psycopg` and `psycopg[pool]` are different things. With only `psycopg[binary,
pool]` pinned, a dependency that asks for `psycopg` gets the newest release, and --require-hashes refuses it.
"""

import re
import sys
from pathlib import Path

_PIN = re.compile(r"(?P<name>[a-z0-9._-]+)\[(?P<extras>[^]]+)\](?P<rest>==.*)", re.DOTALL)


def complete(lock: str) -> str:
    """The text of a lock file with the missing pins."""
    pins = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    return "".join(dict.fromkeys(line for pin in pins for line in (pin, *_others(pin))))


def _others(pin: str) -> list[str]:
    found = _PIN.match(pin)
    if found is None:
        return []
    extras = found["extras"].split(", ")
    alone = [f"[{extra}]" for extra in extras] if len(extras) > 1 else []
    return [f"{found['name']}{extra}{found['rest']}" for extra in ("", *alone)]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(complete(Path(name).read_text()))

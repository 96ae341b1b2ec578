"""Audits the dependencies that the lock files pin: known vulnerabilities, licences, and what is new.

    python .ci/audit_deps.py [LOCK ...]     default: requirements-run.lock requirements.lock

Exit codes: 0 nothing was found, 1 something was, 2 used wrongly, 3 no source of advisories could be asked, so
nothing is known about vulnerabilities. OSV_URL names another source than https://api.osv.dev.
"""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

RUN_LOCK = "requirements-run.lock"  # what is shipped
LOCKS = (RUN_LOCK, "requirements.lock")
OSV = "https://api.osv.dev"
FOUND, MISUSED, SKIPPED = 1, 2, 3
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
_BATCH = 500  # packages in one question; OSV takes 1,000
_PAGES = 20
_TIMEOUT = 20.0  # seconds

# Licences under which we may ship next to our own. The LGPL ones are used as libraries, unchanged.
ALLOWED = frozenset(
    """
    MIT; MIT-0; MIT License; The MIT License (MIT)
    ISC; 0BSD; Unlicense; Zlib; DFSG approved; PostgreSQL
    Apache; Apache-2.0; Apache 2.0; Apache Software License
    BSD; BSD License; BSD-2-Clause; BSD-3-Clause; 3-Clause BSD License
    PSF-2.0; Python-2.0; Python Software Foundation License; CNRI-Python
    MPL-2.0; Mozilla Public License 2.0 (MPL 2.0)
    LGPL-3.0-only; LGPL-3.0-or-later; GNU Lesser General Public License v3 or later (LGPLv3+)
    GNU Library or Lesser General Public License (LGPL)
    """.strip()
    .replace("\n    ", "; ")
    .split("; ")
)
# Under these, too, of a program that is run while developing, and neither shipped nor linked.
ALLOWED_FOR_TOOLS = ALLOWED | {"GPL-3.0"}


class NoAdvisories(Exception):
    """No source of advisories answered."""


@dataclass(frozen=True, order=True)
class Pin:
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


# Long known to be vulnerable: a source that does not say so, such as an empty mirror, has no advisories.
PROBE = Pin("jinja2", "2.4.1")


def pins(lock: str) -> frozenset[Pin]:
    """The packages that a lock file pins."""
    return frozenset(Pin(name, version) for name, version in _PIN.findall(lock))


def vulnerabilities(wanted: list[Pin], source: str) -> dict[Pin, list[str]]:
    """The ids of the known vulnerabilities of each package that has any. Raises NoAdvisories."""
    found: dict[Pin, list[str]] = {}
    probed: dict[Pin, list[str]] = {}
    _one_page([(PROBE, None)], source, probed)
    if not probed:
        raise NoAdvisories(f"{source} knows nothing of {PROBE}, which is vulnerable")
    for start in range(0, len(wanted), _BATCH):
        open_queries: list[tuple[Pin, str | None]] = [(pin, None) for pin in wanted[start : start + _BATCH]]
        for _ in range(_PAGES):
            if not open_queries:
                break
            open_queries = _one_page(open_queries, source, found)
        if open_queries:
            raise NoAdvisories(f"{source} did not come to an end")
    return found


def _one_page(
    queries: list[tuple[Pin, str | None]], source: str, found: dict[Pin, list[str]]
) -> list[tuple[Pin, str | None]]:
    """Adds what one answer says to `found`, and gives the queries that have another page."""
    asked = [
        {"package": {"ecosystem": "PyPI", "name": pin.name}, "version": pin.version}
        | ({"page_token": token} if token else {})
        for pin, token in queries
    ]
    results = _post(f"{source}/v1/querybatch", {"queries": asked}).get("results")
    if not isinstance(results, list) or len(results) != len(queries):
        raise NoAdvisories(f"{source} did not answer every query")
    more: list[tuple[Pin, str | None]] = []
    for (pin, _), result in zip(queries, results, strict=True):
        ids = [str(each["id"]) for each in (result or {}).get("vulns", ())]
        if ids:
            found.setdefault(pin, []).extend(ids)
        if token := (result or {}).get("next_page_token"):
            more.append((pin, str(token)))
    return more


def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            read = json.loads(answer.read())
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise NoAdvisories(f"{url}: {error}") from error
    if not isinstance(read, dict):
        raise NoAdvisories(f"{url}: no object")
    return read


def refused_licence(pin: Pin, allowed: frozenset[str] = ALLOWED) -> str | None:
    """The licence of an installed package that is not on the list; None if it is.

    Raises PackageNotFoundError.
    """
    about = metadata.metadata(pin.name)
    stated = about.get("License-Expression") or _first_line(about.get("License"))
    classified = [
        line.rsplit(" :: ", 1)[-1]
        for line in about.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    if not stated and not classified:
        stated = _title_of_licence_file(pin)
    if stated and _is_allowed(stated, allowed):
        return None
    if classified and all(each in allowed for each in classified):
        return None
    return stated or ", ".join(classified) or "no licence stated"


def _title_of_licence_file(pin: Pin) -> str:
    """Its first line, such as “MIT License”."""
    files = metadata.files(pin.name) or ()
    found = [file for file in files if re.fullmatch(r"LICEN[CS]E(\.\w+)?", file.name)]
    return _first_line(found[0].read_text()) if found else ""


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


def _is_allowed(expression: str, allowed: frozenset[str]) -> bool:
    """An SPDX expression: one of the alternatives, each part of it."""
    if expression in allowed:
        return True
    alternatives = re.split(r"\s+OR\s+", expression.replace("(", " ").replace(")", " ").strip())
    if " AND " in expression and " OR " in expression:  # mixed: all of them must do
        return all(
            each.strip() in allowed for each in re.split(r"\s+(?:AND|OR)\s+", " OR ".join(alternatives))
        )
    return any(all(part.strip() in allowed for part in each.split(" AND ")) for each in alternatives)


def last_release() -> str | None:
    """The newest version tag that is an ancestor of what is checked out."""
    return _git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")


def _git(*arguments: str) -> str | None:
    done = subprocess.run(("git", *arguments), capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def added(locks: list[Path], now: frozenset[Pin]) -> tuple[str, list[Pin]]:
    """What the lock files have that those of the last release had not, and what it is compared with."""
    tag = last_release()
    if tag is None:
        return "no release yet", sorted(now)
    before = frozenset(pin for lock in locks for pin in pins(_git("show", f"{tag}:{lock}") or ""))
    return f"since {tag}", sorted(now - before)


def main(arguments: list[str]) -> int:
    locks = [Path(name) for name in arguments or LOCKS]
    missing = [str(lock) for lock in locks if not lock.is_file()]
    if missing:
        print(f"No such lock file: {', '.join(missing)}", file=sys.stderr)
        return MISUSED
    wanted = sorted(frozenset(pin for lock in locks for pin in pins(lock.read_text())))
    if not wanted:
        print("The lock files pin nothing.", file=sys.stderr)
        return MISUSED
    compared, new = added(locks, frozenset(wanted))
    names = ", ".join(map(str, new)) if len(new) < len(wanted) else f"all {len(new)}"
    print(f"New in the lock files ({compared}): {names or 'nothing'}")
    shipped = pins(Path(RUN_LOCK).read_text()) if Path(RUN_LOCK) in locks else frozenset(wanted)
    bad_licences = _report_licences(wanted, shipped)
    try:
        found = vulnerabilities(wanted, os.environ.get("OSV_URL", OSV).rstrip("/"))
    except NoAdvisories as error:
        print(
            f"FAILED: no source of advisories could be asked ({error}). Vulnerabilities were NOT checked.\n"
            "Run it where https://api.osv.dev can be reached, or set OSV_URL to a mirror with the same API.",
            file=sys.stderr,
        )
        return FOUND if bad_licences else SKIPPED
    for pin, ids in sorted(found.items()):
        print(f"Vulnerable: {pin}: {', '.join(f'https://osv.dev/{each}' for each in sorted(set(ids)))}")
    print(f"{len(wanted)} packages: {len(found)} vulnerable, {bad_licences} under other licences.")
    return FOUND if found or bad_licences else 0


def _report_licences(wanted: list[Pin], shipped: frozenset[Pin]) -> int:
    refused, unread = 0, []
    for pin in wanted:
        try:
            licence = refused_licence(pin, ALLOWED if pin in shipped else ALLOWED_FOR_TOOLS)
        except metadata.PackageNotFoundError:
            unread.append(pin)
            continue
        if licence is not None:
            refused += 1
            print(f"Licence not on the list: {pin}: {licence}")
    if unread:
        print(f"Licence not read, since not installed here: {', '.join(map(str, unread))}")
    return refused


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

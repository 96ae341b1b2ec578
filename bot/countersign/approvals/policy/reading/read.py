"""Read a policy file: every rule, or every problem at once."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from countersign.approvals.policy.clock.freeze_calendar import BadCalendar, FreezeCalendar, read_calendar
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.reading import consistency
from countersign.approvals.policy.reading.keys import (
    OTHER_WORDS,
    RULE,
    SELECTORS,
    SETTINGS,
    Reader,
    build_rule,
)
from countersign.approvals.policy.reading.positions import Path, key_lines
from countersign.approvals.policy.reading.problems import Mistake, PolicyError, Problem, did_you_mean
from countersign.approvals.policy.rule import NO_RULE, Rule

MAX_TEXT_LENGTH = 2_000_000  # characters of a policy file
Load = Callable[[str], str]

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_TEAM = re.compile(r"T[A-Z0-9]{2,20}")
_CURLY = re.compile("[\u201c\u201d\u201e\u2018\u2019]")


def read_policy(document: str, load: Load, *, name: str = "approvals.toml") -> Policy:
    """The policy of this TOML document. `load` gives the text of a freeze calendar by its path in the file,
    and raises BadCalendar where it cannot be read. Raises PolicyError with all problems.
    """
    parsed = _parse(document, name)
    reading = _Reading(key_lines(document), load)
    policy = reading.policy(parsed)
    if reading.problems:
        raise PolicyError(name, reading.problems)
    return policy


def _parse(document: str, name: str) -> dict[str, Any]:
    if len(document) > MAX_TEXT_LENGTH:
        raise PolicyError(name, [Problem(line=1, what=f"it has more than {MAX_TEXT_LENGTH:,} characters")])
    try:
        return _loaded(document)
    except RecursionError:
        raise PolicyError(name, [Problem(line=1, what="its values nest too deeply")]) from None
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        lines = document.splitlines() or [""]
        line = int(found[1]) if found else len(lines)
        what = _AT_LINE.sub("", str(error)).replace("(at end of document)", "").strip()
        at_line = lines[min(line, len(lines)) - 1]
        meant = 'use straight quotes: "' if _CURLY.search(at_line) else None
        raise PolicyError(name, [Problem(line=line, what=f"not TOML: {what}", meant=meant)]) from None


def _loaded(document: str) -> dict[str, Any]:
    try:
        return tomllib.loads(document)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # Python's own limit on the digits of a number
        raise tomllib.TOMLDecodeError("a number is too long, or a date is none") from None


class _Reading:
    def __init__(self, lines: Mapping[Path, int], load: Load) -> None:
        self.problems: list[Problem] = []
        self._lines = lines
        self._load = load
        self._calendars: dict[str, FreezeCalendar] = {}

    def policy(self, document: Mapping[str, Any]) -> Policy:
        policy = self._rules_and_defaults(document, ())
        return replace(policy, workspaces=self._workspaces(document.get("workspaces", {})))

    def _rules_and_defaults(self, document: Mapping[str, Any], at: Path) -> Policy:
        known = ("defaults", "rule") if at else ("defaults", "rule", "workspaces")
        for key in document:
            if key not in known:
                self._unknown((*at, key), key, known, {"rules": "rule", "default": "defaults"})
        defaults = self._defaults(document.get("defaults", {}), (*at, "defaults"))
        rules = self._rules(document.get("rule", []), defaults, (*at, "rule"))
        fallback = build_rule({"name": NO_RULE, **defaults}, None, raise_quorum=False)
        if "defaults" in document:
            self._check(fallback, (*at, "defaults"), defaults.keys())
        return Policy(rules=tuple(rules), fallback=fallback, calendars=self._calendars)

    def _workspaces(self, tables: object) -> dict[str, Policy]:
        """Of each workspace that has rules of its own, which hold instead of the others."""
        if not isinstance(tables, dict):
            self._problem(
                ("workspaces",), "“workspaces” is not a table", "write [[workspaces.T0123ABCD.rule]]"
            )
            return {}
        found = {}
        for team, table in tables.items():
            at: Path = ("workspaces", team)
            if not _TEAM.fullmatch(team):
                self._problem(at, f"“{team}” is not the ID of a workspace", "such an ID begins with T")
            elif not isinstance(table, dict):
                self._problem(at, f"“{team}” is not a table", f"write [[workspaces.{team}.rule]]")
            else:
                found[team] = self._rules_and_defaults(table, at)
        return found

    def _defaults(self, table: object, at: Path) -> dict[str, Any]:
        if not isinstance(table, dict):
            self._problem(at, "“defaults” is not a table", "write [defaults] on a line of its own")
            return {}
        for key in [key for key in table if key == "name" or key in SELECTORS]:
            self._problem((*at, key), f"“{key}” belongs to a rule", "write it under [[rule]]")
        return self._table(table, at, SETTINGS, ignored={"name", *SELECTORS})

    def _rules(self, tables: object, defaults: Mapping[str, Any], at: Path) -> list[Rule]:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._problem(at, "“rule” is not a list of tables", "write [[rule]], with two brackets")
            return []
        rules = []
        named: dict[str, int] = {}
        for number, table in enumerate(tables):
            path: Path = (*at, number)
            read = self._table(table, path, RULE)
            if "name" not in table:
                self._problem(path, "the rule has no name", 'write name = "..." under [[rule]]')
            rule_name = read.get("name")
            if rule_name in named:
                what = f"the name “{rule_name}” is taken by the rule in line {named[rule_name]}"
                self._problem((*path, "name"), what, "names are unique")
            elif rule_name is not None:
                named[rule_name] = self._line(path)
            merged = {"name": f"rule {number + 1}", **defaults, **read}
            rule = build_rule(merged, self._line(path), raise_quorum="quorum" not in read)
            self._check(rule, path, read.keys())
            rules.append(rule)
        return rules

    def _table(
        self, table: Mapping[str, Any], path: Path, readers: Mapping[str, Reader], ignored: Iterable[str] = ()
    ) -> dict[str, Any]:
        """What could be read of the table; the rest becomes problems."""
        read = {}
        for key, value in table.items():
            if key in ignored:
                continue
            if key not in readers:
                self._unknown((*path, key), key, readers, OTHER_WORDS)
                continue
            try:
                read[key] = readers[key](value)
            except Mistake as mistake:
                self._mistake((*path, key), mistake)
        if "freeze" in read and read["freeze"] not in self._calendars:
            self._read_calendar(read["freeze"], (*path, "freeze"))
        return read

    def _read_calendar(self, file: str, path: Path) -> None:
        try:
            self._calendars[file] = read_calendar(self._load(file))
        except BadCalendar as bad:
            self._problem(path, f"freeze: {file}: {bad}")

    def _check(self, rule: Rule, path: Path, own: Iterable[str]) -> None:
        for mistake in consistency.check(rule, frozenset(own)):
            self._problem((*path, *mistake.at), mistake.what, mistake.meant)

    def _unknown(self, path: Path, key: str, known: Iterable[str], others: Mapping[str, str]) -> None:
        other = others.get(key.lower())
        meant = f"did you mean “{other}”?" if other else did_you_mean(key, list(known))
        self._problem(path, f"“{key}” is not a key that is known here", meant)

    def _mistake(self, path: Path, mistake: Mistake) -> None:
        for one in (mistake, *mistake.others):
            inside = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in one.at)
            self._problem((*path, *one.at), f"{path[-1]}{inside}: {one.what}", one.meant)

    def _problem(self, path: Path, what: str, meant: str | None = None) -> None:
        self.problems.append(Problem(line=self._line(path), what=what, meant=meant))

    def _line(self, path: Path) -> int:
        """The line of the path, or of what is inside it, or of the innermost table around it."""
        while path:
            if path in self._lines:
                return self._lines[path]
            inside = [line for known, line in self._lines.items() if known[: len(path)] == path]
            if inside:
                return min(inside)
            path = path[:-1]
        return 1

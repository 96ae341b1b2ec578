"""Conditions in CEL (the Common Expression Language). The only file that imports the CEL library.

A condition is compiled and type-checked when the policy is read. Evaluating one is bounded: the library stops
at 10,000 iterations and parses regular expressions in linear time, and this file bounds what it does not:
how deep the values nest (the library overflows its stack), how many there are, and how much text a loop may
copy or search.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from cel_expr_python import cel

from countersign.approvals.errors import CountersignError
from countersign.approvals.json import Json

MAX_LENGTH = 2000  # characters of a condition
MAX_DEPTH = 64  # levels of a value; the library ends the process at some thousands
MAX_VALUES = 50_000  # values in all, keys included: about 50 ms to convert
MAX_WORK = 20_000_000  # characters that one evaluation may read or copy
_MAX_ITERATIONS = 10_000  # the library's own budget
_INT64 = 2**63

_VARIABLES = {
    "args": cel.Type.DYN,
    "action": cel.Type.STRING,
    "graph": cel.Type.STRING,
    "channel": cel.Type.STRING,
    "channel_id": cel.Type.STRING,
    "requester": cel.Type("map<string, dyn>"),
}
_REQUESTER_KEYS = ("id", "groups")
_KINDS = {
    "INT": "a number",
    "UINT": "a number",
    "DOUBLE": "a number",
    "STRING": "a text",
    "LIST": "a list",
    "MAP": "a table",
    "NULL_TYPE": "null",
}
_LITERAL = re.compile(r"""[rRbB]{0,2}("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_LOOP = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(")
_COPY = re.compile(r"\+|\b(?:string|bytes)\s*\(")
_FIELD = re.compile(r"\brequester\s*\.\s*([A-Za-z_]\w*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
_POSITION = re.compile(r"ERROR: <input>:-?\d+:-?\d+: ")


class BadCondition(CountersignError):
    """This is not a condition. `meant` is what was probably meant, if that can be told."""

    def __init__(self, message: str, meant: str | None = None) -> None:
        super().__init__(message)
        self.meant = meant


class ConditionFailed(CountersignError):
    """The condition could not be evaluated for these arguments."""


@dataclass(frozen=True, kw_only=True)
class Variables:
    """What conditions see of one action, converted once for all conditions."""

    activation: Any
    values: int  # how many values there are, keys included
    text: int  # characters in all
    problem: str | None  # why no condition can be evaluated over them


def variables(
    *, args: Json, action: str, graph: str, channel: str, channel_id: str, requester: Mapping[str, Json]
) -> Variables:
    """The variables of a condition. Never raises: a value that CEL cannot hold fails every condition.

    Integers beyond 64 bits become floating-point numbers, and halves of surrogate pairs U+FFFD.
    """
    size = _Size()
    data = {
        "args": args,
        "action": action,
        "graph": graph,
        "channel": channel,
        "channel_id": channel_id,
        "requester": requester,
    }
    try:
        converted = size.converted(data, 0)
    except ConditionFailed as failed:
        return Variables(activation=None, values=size.values, text=size.text, problem=str(failed))
    return Variables(
        activation=_environment().Activation(converted), values=size.values, text=size.text, problem=None
    )


class Condition:
    def __init__(self, source: str) -> None:
        """Raises BadCondition unless this is an expression over the variables that may be true or false."""
        if len(source) > MAX_LENGTH:
            raise BadCondition(
                f"a condition has at most {MAX_LENGTH:,} characters, and this has {len(source):,}"
            )
        code = _LITERAL.sub("''", source)
        self.source = source
        self._loops = len(_LOOP.findall(code))
        self._copies = len(_COPY.findall(code))
        _check_requester(code)
        try:
            self._program = _environment().compile(source)
        except RuntimeError as error:
            raise _bad_condition(source, str(error)) from None
        kind = self._program.return_type().name()
        if kind not in {"BOOL", "DYN"}:
            raise BadCondition(f"this is {_kind_in_words(kind)}, not something that is true or false")

    def holds(self, given: Variables) -> bool:
        """Whether it is true. Raises ConditionFailed where it is neither true nor false."""
        if given.problem is not None:
            raise ConditionFailed(given.problem)
        if (self._loops or given.text > MAX_WORK) and self._work(given) > MAX_WORK:
            raise ConditionFailed("the arguments are too large for a condition with a loop in it")
        try:
            value = self._program.eval(given.activation)
        except RuntimeError as error:
            raise ConditionFailed(_first_line(str(error))) from None
        result = value.value()
        if result is True or result is False:
            return result
        kind = value.type().name()
        said = _first_line(str(result))
        raise ConditionFailed(said if kind == "ERROR" else f"it is {_kind_in_words(kind)}, not true or false")

    @property
    def has_loop(self) -> bool:
        return self._loops > 0

    def _work(self, given: Variables) -> float:
        """An upper estimate of the characters that an evaluation reads and copies.

        Loops run over the values given or written, each nested in the others at worst; a text that a loop
        makes longer can be made longer again by the next.
        """
        iterations = min(float(given.values + len(self.source)) ** self._loops, _MAX_ITERATIONS)
        copies = 2.0**self._copies if self._loops > 1 else 1.0 + self._copies
        return iterations * (given.text + len(self.source)) * copies

    def mentions_variables(self) -> bool:
        """Whether it depends on anything: one that does not is always true or always false."""
        return re.search(rf"\b(?:{'|'.join(_VARIABLES)})\b", _LITERAL.sub("''", self.source)) is not None


class AnyOf:
    """Conditions without loops in one evaluation, which takes a fraction of the time of one each."""

    def __init__(self, sources: Sequence[str]) -> None:
        """Compiled at the first use."""
        self._sources = sources

    @cached_property
    def _program(self) -> Any:
        """None where the library finds them too long."""
        # The line break ends a comment at the end of a condition.
        joined = " || ".join(f"({source}\n)" for source in self._sources)
        try:
            return _environment().compile(joined)
        except RuntimeError:
            return None

    def surely_none_holds(self, given: Variables) -> bool:
        """Whether each of them is false. Where one cannot be evaluated, that is not sure."""
        if given.problem is not None or given.text > MAX_WORK or self._program is None:
            return False
        try:
            return self._program.eval(given.activation).value() is False
        except RuntimeError:
            return False


@lru_cache(maxsize=4096)
def compile_condition(source: str) -> Condition:
    """The compiled condition, remembered. Raises BadCondition."""
    return Condition(source)


@lru_cache(maxsize=1)
def _environment() -> Any:
    return cel.NewEnv(variables=_VARIABLES)


class _Size:
    """Converts a JSON value into one that the library takes, and counts what it has."""

    def __init__(self) -> None:
        self.values = 0
        self.text = 0

    def converted(self, value: Any, depth: int) -> Any:
        self.values += 1
        if depth > MAX_DEPTH:
            raise ConditionFailed(f"the arguments nest more than {MAX_DEPTH} levels deep")
        if self.values > MAX_VALUES:
            raise ConditionFailed(f"the arguments have more than {MAX_VALUES:,} values")
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            return value if -_INT64 <= value < _INT64 else _float(value)
        if isinstance(value, float):
            return value
        if isinstance(value, Mapping):
            self.values += len(value)
            return {self._text(str(key)): self.converted(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.converted(item, depth + 1) for item in value]
        raise ConditionFailed(f"the arguments hold a {type(value).__name__}, which is no JSON")

    def _text(self, text: str) -> str:
        self.text += len(text)
        return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _check_requester(code: str) -> None:
    """The library would find out with the first action, and then for every action."""
    for name in _FIELD.findall(code):
        if name not in _REQUESTER_KEYS:
            raise BadCondition(f"requester has no “{name}”", "requester.id or requester.groups")


def _bad_condition(source: str, error: str) -> BadCondition:
    undeclared = _UNDECLARED.search(error)
    if undeclared is None:
        return BadCondition(_first_line(error))
    name = undeclared[1].partition(".")[0]
    close = difflib.get_close_matches(name, _VARIABLES, n=1)
    if close:
        meant = close[0]
    elif re.search(rf"\b{re.escape(name)}\s*\(", source):
        return BadCondition(f"there is no function “{name}”")
    else:
        meant = f"args.{name}"
    return BadCondition(f"“{name}” is not known", meant)


def _kind_in_words(name: str) -> str:
    """A type's name may say of what, as in `list<string>`."""
    kind = name.partition("<")[0]
    return _KINDS.get(kind.upper(), kind.lower())


def _first_line(error: str) -> str:
    """The library's sentence without its position, its marker line and its error code."""
    line = _POSITION.sub("", error.split("\n", 1)[0])
    line = re.sub(r"^[A-Z_]+: ", "", line)
    return re.sub(r" \[[A-Z_]+\]$", "", line)[:300]

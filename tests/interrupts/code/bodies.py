"""Bodies of a node that asks, each a way to use an answer. Longer ones are in `bodies.txt`."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

HEAD = """\
import asyncio, json, operator, re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Literal, Mapping, NotRequired, Optional, Sequence, TypedDict, Union, cast
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.graph import END
from langgraph.types import Command, Send, interrupt
from pydantic import BaseModel, Field, TypeAdapter, conint
from library import helper

YES = ("yes", "y")
WORDS = {"yes": True, "no": False}
GREETING = "hello " + "world"
LIMIT: int = 5
ROUTES = {"approve": "send", "reject": END}
Alias = Literal["one", "two"]

class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"

class Level(IntEnum):
    LOW = 1
    HIGH = 2

class Plain(TypedDict):
    ok: bool
    why: NotRequired[str]

class Loose(TypedDict, total=False):
    ok: bool
    count: int

class Model(BaseModel):
    name: str
    size: int = 1
    tags: list[str] = Field(default_factory=list)
    level: Optional[float] = None
    kind: Literal["a", "b"] = "a"

class Inner(Model):
    inner: Model
    other: "Plain | None" = None

@dataclass
class Data:
    to: str
    copies: int = 1
    extra: list[int] = field(default_factory=list)

def is_yes(text):
    return text == "yes"

def first(items, at=0, *rest, key=None, **more):
    return items[at]

def nothing(value):
    return None

def passes(value, *, flag=True):
    return value if flag else None

"""

_METHODS = """
get pop setdefault lower casefold upper title capitalize strip lstrip rstrip startswith endswith
isdigit isalpha isspace split splitlines partition replace encode find count join format
removeprefix items values keys copy update model_dump dict append extend sort reverse insert index
remove result value unheard_of
"""
_ARGUMENTS = """\

"a"
"a", "b"
"a", None
"a", {}
"a", []
("a", "b")
YES
answer
key="a"
""".splitlines()
_OTHERS = """\
True
False
None
"yes"
5
1.5
""
YES
WORDS
LIMIT
GREETING
Colour.RED
Level.LOW
helper
answer
["a", 1]
{"a": 1}
{"a"}
state
[]
[helper]
""".splitlines()
_OPERATORS = ("==", "!=", "is", "is not", "in", "not in", "<", ">=")
_CALLS = """
str repr int float bool len list tuple set dict sorted reversed enumerate any all sum min max abs
round print iter next type hash id map zip json.loads json.dumps re.match datetime.fromisoformat
Decimal Colour Level Model Data Plain Model.model_validate Model.parse_obj
TypeAdapter(Model).validate_python HumanMessage AIMessage ToolMessage Send Command helper is_yes
first nothing passes ValueError asyncio.sleep state.update isinstance getattr hasattr cast
"""
_TYPES = """\
str
bool
int
float
Decimal
dict
dict[str, Any]
list
list[str]
list[Plain]
set[int]
Sequence[bool]
Mapping[str, int]
tuple[int, str]
tuple[str, ...]
Any
object
None
Optional[str]
Optional[int]
str | None
int | str
Union[bool, str]
Literal['a', 'b']
Literal[True, False]
Literal[1, 'a', None]
Literal[1]
Alias
Colour
Level
Plain
Loose
Model
Inner
Data
Annotated[int, 'x']
NotRequired[str]
'Model'
'list[int]'
'not a type('
helper
list['Plain'] | None
Plain | Loose
Any | str
type[str]
list[list[list[int]]]
""".splitlines()
_RECEIVERS = """\
{'a': answer, 'b': 1}
[answer, 1]
(answer, answer['b'])
Plain(ok=answer)
Model(name=answer)
Data(answer)
state
'a b'
f'{answer}'
(answer or {})
helper""".splitlines()
_PASSED = ("", "'a'", "'a', answer", "answer", "1, answer", "{'a': answer}", "a=answer", "*answer")
_OWN = """
get pop update items values copy append extend insert index model_copy model_dump lower strip split join
format unheard_of
"""
_PARTS = ("['a']", "[0]", "[-1]", "[answer]", ".a", ".ok")
_KINDS = ("str", "bool", "dict", "list", "(int, float)", "Model", "helper", "Mapping", "type(None)")
_GIVEN = ("answer", "answer, 1", "answer['a']", "value=answer, key=answer")
_BINARY = ["+", "-", "*", "/", "//", "%", "**", "|", "&", "^", "<<", ">>", "@"]
_TESTED = ("lower", "strip", "isdigit", "get", "copy", "title")


def _uses() -> Iterator[str]:
    """What may stand for `x` in `return {'x': ...}`, and tests."""
    yield from (f"answer.{name}({given})" for name, given in product(_METHODS.split(), _ARGUMENTS))
    for operator in _OPERATORS:
        yield from (f"answer {operator} {other}" for other in _OTHERS)
        yield from (f"{other} {operator} answer" for other in _OTHERS[:8])
        yield from (f"answer['a'] {operator} {other}" for other in _OTHERS[:5])
        yield from (f"1 if answer {operator} {other} else 2" for other in _OTHERS[:6])
        yield f"answer.lower() {operator} 'yes'"
    for name in _CALLS.split():
        yield from (
            f"{name}({given})" for given in ("answer", "answer, 1", "answer['a']", "value=answer, key=answer")
        )
    for receiver in _RECEIVERS:
        yield from (f"{receiver}.{name}({given})" for name, given in product(_OWN.split(), _PASSED))
        yield from (
            f"{receiver}{part} == 'yes'" for part in ("['a']", "[0]", "[-1]", "[answer]", ".a", ".ok")
        )
        yield from (f"{receiver} {operator} 'yes'" for operator in _OPERATORS)
        yield f"list({receiver})[0] == 'yes'"
    yield from (f"isinstance(answer, {kind})" for kind in _KINDS)
    yield from (f"1 if type(answer) {each} else 2" for each in ("is str", "== int"))
    yield from (f"1 if answer.{name}() else 2" for name in _TESTED)
    yield from (f"answer {operator} 2" for operator in _BINARY)
    yield from (f"'a' {operator} answer" for operator in _BINARY[:6])
    yield from (f"{operator}answer" for operator in ("-", "+", "~", "not ", "not not "))


USES = tuple(f"return {{'x': {use}}}" for use in _uses())
STATEMENTS = tuple(Path(__file__).with_suffix(".txt").read_text().rstrip().split("\n\n"))
DECLARED = tuple(f"answer: {each} = interrupt('?')\nreturn {{'x': answer}}" for each in _TYPES)
CASTS = tuple(f"return {{'x': cast({each}, interrupt('?'))}}" for each in _TYPES)

"""Ways for a node to use an answer: expressions in `uses.txt`, statements in `bodies.txt`, and types."""

from pathlib import Path

HEAD = """\
import asyncio, json, operator, re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
import typing
from typing import Annotated, Any, Awaitable, Literal, Mapping, NotRequired, Optional, Required
from typing import Sequence, TypedDict, Union, cast
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

class Tree(BaseModel):
    name: str
    pair: "tuple[Tree, int]"
    trees: "list[Tree]"
    left: "Tree | None" = None

def passing(function):
    def inner(value):
        return function(value["inner"])
    return inner

@passing
def decorated(value):
    return value == "yes"

def is_yes(text):
    return text == "yes"

def first(items, at=0, *rest, key=None, **more):
    return items[at]

def nothing(value):
    return None

def passes(value, *, flag=True):
    return value if flag else None

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
list[list[list[list[list[list[int]]]]]]
list[list[list[list[list[list[list[int]]]]]]]
dict[str, list[Tree]]
Tree
Optional[Colour]
Optional[Literal['a', 'b']]
Literal['a'] | Literal['b']
Literal[helper]
Union[int, None]
None | str
Required[str]
typing.Optional[str]
frozenset[str]
Awaitable[str]
tuple[Plain, Literal['a']]
""".splitlines()


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text().rstrip()


# What may stand for `x` in `return {'x': x}`. A line that begins with `#` is a heading.
USES = tuple(line for line in _text("uses.txt").splitlines() if line and not line.startswith("#"))
STATEMENTS = tuple(_text("bodies.txt").split("\n\n"))
DECLARED = tuple(f"answer: {each} = interrupt('?')\nreturn {{'x': answer}}" for each in _TYPES)
CASTS = tuple(f"return {{'x': cast({each}, interrupt('?'))}}" for each in _TYPES)

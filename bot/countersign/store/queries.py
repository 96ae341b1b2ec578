"""The queries of queries.sql, by name."""

import re
from importlib.resources import files
from typing import LiteralString

_HEAD = re.compile(r"^-- (?P<name>[a-z_]+) --$", re.MULTILINE)


def read_queries(text: str) -> dict[str, LiteralString]:
    """`-- name --` heads a query; what stands between two heads is its comment and its SQL."""
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return {head["name"]: text[head.end() : end].strip() for head, end in zip(heads, ends, strict=True)}


QUERIES = read_queries(files("countersign.store").joinpath("queries.sql").read_text(encoding="utf-8"))

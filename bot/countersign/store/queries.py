"""Loads the named queries of queries.sql."""

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import LiteralString

from countersign.store.table_columns import with_columns

_HEADER = re.compile(r"^-- (?P<name>[a-z_]+) --\n", re.MULTILINE)
_DESCRIPTION = re.compile(r"(?P<description>(?:-- [^\n]*\n)+)(?P<sql>.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Query:
    """One statement with `%(named)s` parameters. `description` says what it does and why so."""

    name: str
    description: str
    sql: LiteralString


def read_queries(text: str) -> dict[str, Query]:
    """Parse `-- name --`, then comment lines that describe the query, then its SQL with `table_columns`.

    Raises ValueError for a query without a description, and for a name that is used twice.
    """
    headers = list(_HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    queries: dict[str, Query] = {}
    for header, end in zip(headers, ends, strict=True):
        name, body = header["name"], _DESCRIPTION.match(text[header.end() : end])
        if body is None or not body["sql"].strip():
            raise ValueError(f"the query {name} has no description, or no SQL")
        if name in queries:
            raise ValueError(f"two queries are named {name}")
        description = " ".join(line.removeprefix("-- ") for line in body["description"].splitlines())
        queries[name] = Query(name=name, description=description, sql=with_columns(body["sql"].strip()))
    return queries


QUERIES: dict[str, LiteralString] = {
    query.name: query.sql
    for query in read_queries(
        files("countersign.store").joinpath("queries.sql").read_text(encoding="utf-8")
    ).values()
}

"""Looks for a text in every table of a database, as somebody would who got a dump of it."""

import psycopg
from psycopg import sql


def tables_with(database_url: str, secret: str) -> list[str]:
    """The tables in which the text is: as it is, or in the bytes of a column."""
    found = []
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for table in tables:
            everything = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(*table))
            text = "\n".join(row[0] for row in connection.execute(everything))
            if secret in text or secret.encode().hex() in text:
                found.append(".".join(table))
    return found

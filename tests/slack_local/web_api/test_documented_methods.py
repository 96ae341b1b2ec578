"""docs/local-workspace.md names the methods that there are, and no others."""

import re
from pathlib import Path

from slack_local.web_api.methods.registry import METHODS

DOCUMENT = Path(__file__).parents[3] / "docs" / "local-workspace.md"


def test_the_table_of_methods_is_that_of_the_code() -> None:
    table = DOCUMENT.read_text().partition("| method | does | does not |")[2]
    rows = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([\w.]+)`", row)]
    assert sorted(named) == sorted(METHODS)

"""Every function, class and constant of the product is named somewhere else in it, or in its documentation.

What only a test names is dead as well: the test keeps it alive, and no person ever reaches it.
"""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "bot").rglob("README.md"),
    ROOT / "pyproject.toml",
]
# Called by a library under this name.
CALLED_BY_LIBRARIES = {
    "async_consume", "async_issue", "build_install_page_html", "store_installation",  # slack-bolt
    "get_retry_decision",  # procrastinate
    "on_chain_end", "on_chain_error", "on_chain_start", "on_llm_new_token", "on_llm_start",  # LangChain
    "tap_output_aiter", "tap_output_iter",
}  # fmt: skip
# What a test reads to hold something else to it, and what people call in their own tests of a bot.
FOR_TESTS = {
    "_conforms",  # the type checker
    "APP_TOKEN_METHODS", "scopes_in_use",  # the manifest
    "COMPARED_APART", "NOT_COMPARED",  # every key of a rule is compared, or listed
    "is_active",  # a store of delegations in memory
    "state_diagram",  # the diagram in the documentation
    "ask_someone_else", "clear_faults", "deletes_file", "expire_token", "looks_at", "joins", "reached_at",
    "remove_app",
}  # fmt: skip
_PASSED_ON = {
    "property",
    "cached_property",
    "staticmethod",
    "classmethod",
    "contextmanager",
    "asynccontextmanager",
}


def named(source: str) -> Counter[str]:
    """How often each name stands in code, and in texts that are no documentation: `getattr` takes one."""
    found: Counter[str] = Counter()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            found[token.string] += 1
        elif token.type == tokenize.STRING and not token.string.startswith('"""'):
            found.update(re.findall(r"\w+", token.string))
    return found


def defined(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        registered = {ast.unparse(each) for each in node.decorator_list} - _PASSED_ON
        by_kind_of_node = node.name.startswith("visit_")  # ast.NodeVisitor
        if not registered and not by_kind_of_node and not node.name.startswith("__"):
            yield node.name


def dead(sources: dict[str, str], pages: str) -> set[str]:
    count: Counter[str] = Counter()
    for source in sources.values():
        count += named(source)
    documented = set(re.findall(r"\w+", pages))
    return {
        f"{file}: {name}"
        for file, source in sources.items()
        for name in defined(source)
        if count[name] < 2 and name not in documented | CALLED_BY_LIBRARIES | FOR_TESTS
    }


def test_nothing_is_defined_that_nothing_names() -> None:
    sources = {str(path.relative_to(ROOT)): path.read_text() for path in SOURCES}
    assert dead(sources, "\n".join(page.read_text() for page in PAGES)) == set()


def test_the_lists_name_only_what_is_there() -> None:
    names = {name for path in SOURCES for name in defined(path.read_text())}
    assert (CALLED_BY_LIBRARIES | FOR_TESTS) - names == set()


def test_a_function_that_nothing_calls_is_found() -> None:
    source = 'LIMIT = 3\n\ndef used(): ...\n\ndef unused():\n    """used, unused"""\n    return used()\n'
    assert dead({"file": source}, "") == {"file: unused", "file: LIMIT"}
    assert dead({"file": source}, "`LIMIT` is documented") == {"file: unused"}

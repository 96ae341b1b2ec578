"""The lines of keys, held against a document whose lines are known because it was written line by line."""

import json
import tomllib

from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.policy.reading.positions import Path, key_lines

keys = st.sampled_from(["a", "b-c", "d_1", "quoted key", "with.dot", 'with"quote', "ключ"])
texts = st.text(alphabet="ab\"\\#[]{}=,' \n", max_size=12)


def written_key(key: str) -> str:
    return (
        key
        if key.replace("-", "").replace("_", "").isalnum() and key.isascii()
        else json.dumps(key, ensure_ascii=False)
    )


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    """A document and the lines of its keys."""
    lines: list[str] = []
    expected: dict[Path, int] = {}
    for at in range(draw(st.integers(0, 3))):
        lines += draw(st.lists(st.sampled_from(["", "# [[x]] a = 1", "   "]), max_size=2))
        lines.append("[[rule]] # comment")
        expected["rule", at] = len(lines)
        for key in draw(st.lists(keys, unique=True, max_size=4)):
            path: Path = ("rule", at, key)
            value = draw(st.one_of(texts, st.integers(), st.lists(texts, max_size=3)))
            lines.append(f"{written_key(key)} = ")
            expected[path] = len(lines)
            match value:
                case str() if draw(st.booleans()) and "'''" not in value and not value.endswith("'"):
                    lines[-1] += f"'''\n{value}'''"
                    lines = "\n".join(lines).split("\n")
                case str() | int():
                    lines[-1] += json.dumps(value)
                case _:
                    lines[-1] += "["
                    for number, item in enumerate(value):
                        lines.append(f"  {json.dumps(item)}, # ] comment")
                        expected[*path, number] = len(lines)
                    lines.append("]")
    return "\n".join(lines), expected


@given(documents())
def test_every_key_and_element_is_found_in_its_line(document: tuple[str, dict[Path, int]]) -> None:
    text, expected = document
    tomllib.loads(text)
    assert key_lines(text) == expected


def test_headers_and_inline_tables() -> None:
    text = (
        "[a.b]\nx.y = {p = 1, q = [2,\n{r = 3}]}\n[[c]]\n[c.d]\n"
        'e = """z"""""\n[[c]]\n[[c.f]]\n[[c.f]]\ng = 1979-05-27T07:32:00Z\n'
    )
    tomllib.loads(text)
    assert key_lines(text) == {
        ("a", "b"): 1,
        ("a", "b", "x", "y"): 2,
        ("a", "b", "x", "y", "p"): 2,
        ("a", "b", "x", "y", "q"): 2,
        ("a", "b", "x", "y", "q", 0): 2,
        ("a", "b", "x", "y", "q", 1): 3,
        ("a", "b", "x", "y", "q", 1, "r"): 3,
        ("c", 0): 4,
        ("c", 0, "d"): 5,
        ("c", 0, "d", "e"): 6,
        ("c", 1): 7,
        ("c", 1, "f", 0): 8,
        ("c", 1, "f", 1): 9,
        ("c", 1, "f", 1, "g"): 10,
    }

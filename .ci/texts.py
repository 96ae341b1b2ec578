"""Bring the catalogues of texts up to date with the code: `python .ci/texts.py`, `--check` only compares.

Texts are the arguments of `_`, `N_`, `lazy_text` and `ngettext`, and the docstrings, of one line, of errors.
"""

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

_ROOT = Path(__file__).parents[1]
_SOURCE = _ROOT / "bot/countersign"
_LOCALES = _SOURCE / "i18n/locales"
_ERROR_ROOMS = ("approvals", "interrupts", "flow", "slack")  # whose errors reach people in Slack
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "lazy_text": None, "ngettext": (1, 2)}
_COMMENT = "Translators:"

Text = str | tuple[str, ...]  # the forms, where there are several


def catalogue() -> Catalog:
    """All texts of the code, with where each is."""
    found = Catalog(fuzzy=False)
    for path in sorted(_SOURCE.rglob("*.py")):
        where = path.relative_to(_SOURCE).as_posix()
        for text, comments in _texts(path):
            found.add(text, locations=[(where, None)], auto_comments=comments)
    return found


def _texts(path: Path) -> Iterator[tuple[Text, list[str]]]:
    with path.open("rb") as source:
        for _line, text, comments, _context in extract(
            "python", source, keywords=_KEYWORDS, comment_tags=(_COMMENT,), options={"encoding": "utf-8"}
        ):
            yield text, comments
    if path.relative_to(_SOURCE).parts[0] in _ERROR_ROOMS:
        yield from ((text, []) for text in _docstrings(ast.parse(path.read_text())))


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(map(_is_error, node.bases)):
            text = ast.get_docstring(node)
            if text and "\n" not in text:
                yield text


def _is_error(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id in _error_names()


_names: set[str] = set()


def _error_names() -> set[str]:
    """CountersignError and every class that is derived from it, by name."""
    if not _names:
        _names.add("CountersignError")
        classes = [
            (node.name, {base.id for base in node.bases if isinstance(base, ast.Name)})
            for room in _ERROR_ROOMS
            for path in (_SOURCE / room).rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ClassDef)
        ]
        while new := {name for name, bases in classes if bases & _names} - _names:
            _names.update(new)
    return _names


def updated(path: Path, source: Catalog) -> bytes:
    """The file of a language with today's texts: translations are kept, texts that are gone are left out."""
    language = path.parent.name
    known = (
        read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    )
    known.update(source, no_fuzzy_matching=True)
    for message in known:
        message.flags.discard("fuzzy")
    written = io.BytesIO()
    write_po(written, known, width=110, omit_header=True, ignore_obsolete=True, sort_output=True)
    header = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: {known.plural_forms}\\n"\n\n'
    )
    return header.encode() + written.getvalue()


def main(arguments: list[str]) -> int:
    source = catalogue()
    outdated = []
    for folder in sorted(_LOCALES.iterdir()):
        path = folder / "countersign.po"
        new = updated(path, source)
        if path.exists() and path.read_bytes() == new:
            continue
        outdated.append(str(path.relative_to(_ROOT)))
        if "--check" not in arguments:
            path.write_bytes(new)
    if outdated:
        print(f"{'Outdated' if '--check' in arguments else 'Updated'}: {', '.join(outdated)}")
    return 1 if outdated and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

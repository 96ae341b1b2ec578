"""Which code is the graph's own, and its text. Library code is not read."""

import ast
import os
import sys
import sysconfig
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, ModuleType

from countersign.interrupts.code.source import ModuleSource
from countersign.runs.project.real_paths import RealPaths

_MAX_MODULES = 300
_MAX_TEXT = 8_000_000  # characters, of all modules together
# As installed as any library, also where it is run from a checkout. Its examples are graphs like anybody's.
_COUNTERSIGN = Path(__file__).resolve().parents[2]
_EXAMPLES = _COUNTERSIGN / "examples"
_INSTALLED = {"site-packages", "dist-packages"}
_LIBRARIES = {
    os.path.realpath(path)
    for key in ("stdlib", "platstdlib", "purelib", "platlib")
    if (path := sysconfig.get_paths().get(key))
}


class OwnCode:
    """`packages` are top-level names that are own although they are installed."""

    def __init__(self, packages: Iterable[str] = ()) -> None:
        self._packages = frozenset(packages)
        self._by_file: dict[str, ModuleType] = {}
        self._texts: dict[str, str | None] = {}
        real_path = RealPaths()
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.endswith(".py"):
                self._by_file.setdefault(real_path(file), module)

    def owns(self, code: CodeType) -> bool:
        return self._owns_file(os.path.realpath(code.co_filename))

    def module_of(self, code: CodeType) -> ModuleType | None:
        """The module in whose file the code stands; None for code that was made of a string."""
        return self._by_file.get(os.path.realpath(code.co_filename))

    def module_of_class(self, cls: type) -> ModuleType | None:
        """The module of a class, if it is own."""
        module = sys.modules.get(cls.__module__)
        file = getattr(module, "__file__", None)
        return module if isinstance(file, str) and self._owns_file(os.path.realpath(file)) else None

    def mentions(self, module: ModuleType, word: str) -> bool:
        text = self.text_of(_file_of(module))
        return text is not None and word in text

    def _owns_file(self, file: str) -> bool:
        return file in self._by_file and self.owns_file(file)

    def owns_file(self, file: str) -> bool:
        """Whether a file is own, also one whose module was imported later. `file` has no symbolic links."""
        module = self._by_file.get(file)
        if module is not None and module.__name__.split(".")[0] in self._packages:
            return True
        path = Path(file)
        if path.is_relative_to(_COUNTERSIGN) and not path.is_relative_to(_EXAMPLES):
            return False
        return not set(path.parts) & _INSTALLED and not any(path.is_relative_to(each) for each in _LIBRARIES)

    def modules(self, first: Iterable[ModuleType]) -> Iterator[tuple[ModuleType, ModuleSource]]:
        """These modules and all of the own code that they import, as far as it is loaded."""
        waiting, seen, size = list(first), set[str](), 0
        while waiting and len(seen) < _MAX_MODULES and size < _MAX_TEXT:
            module = waiting.pop(0)
            file = _file_of(module)
            if file in seen or not self._owns_file(file):
                continue
            seen.add(file)
            text = self.text_of(file)
            if text is None:
                continue
            size += len(text)
            package = str(getattr(module, "__package__", None) or "")
            yield module, ModuleSource(name=module.__name__, file=file, text=text, package=package)
            waiting.extend(_imported(module, text))

    def text_of(self, file: str) -> str | None:
        if file not in self._texts:
            try:
                with tokenize.open(file) as opened:  # in the encoding that the file declares
                    self._texts[file] = opened.read()
            except (OSError, SyntaxError, UnicodeDecodeError):
                self._texts[file] = None
        return self._texts[file]


def _file_of(module: ModuleType) -> str:
    return os.path.realpath(getattr(module, "__file__", None) or os.devnull)


def _imported(module: ModuleType, text: str) -> Iterator[ModuleType]:
    """The loaded modules that its import statements name."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    package = str(getattr(module, "__package__", None) or "")
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*parts, *([node.module] if node.module else [])])
            names = [source, *(f"{source}.{alias.name}" for alias in node.names)]
        yield from (sys.modules[name] for name in names if name in sys.modules)

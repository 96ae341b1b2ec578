"""Library decorators that return the function's result unchanged."""

import ast

from countersign.interrupts.code.evaluation.model.values import External

# By the module that a name is imported from. `tests/interrupts/code/test_decorators.py` calls each of them.
PASSING = {
    "builtins": {"staticmethod", "classmethod", "property"},
    "functools": {"wraps", "cache", "lru_cache", "cached_property"},
    "abc": {"abstractmethod"},
    "typing": {"override", "final", "overload", "no_type_check"},
    "typing_extensions": {"override", "final", "overload", "deprecated"},
    "warnings": {"deprecated"},
    "langchain_core.tools": {"tool"},
    "langchain.tools": {"tool"},
    "langgraph.func": {"task", "entrypoint"},
    "langsmith": {"traceable"},
    "langsmith.run_helpers": {"traceable"},
    "tenacity": {"retry"},
    "pydantic": {"validate_call"},
    "cachetools": {"cached"},
}


def passes(decorator: External) -> bool:
    """In doubt False: then the function's result is unknown."""
    module, _, name = decorator.name.rpartition(".")
    return name in PASSING.get(module, ())


def decorator_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")

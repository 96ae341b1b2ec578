"""pydantic models that accept something else than their annotated fields: aliases, validators."""

import ast
from collections.abc import Iterator

_BEFORE = {"before", "wrap", "plain"}
_OF_FIELDS = {"field_validator", "validator"}
_OF_MODELS = {"model_validator", "root_validator"}
_IN_ANNOTATIONS = {"BeforeValidator", "WrapValidator", "PlainValidator"}
_ALIASES = {"alias", "validation_alias"}


def alias_of(statement: ast.AnnAssign) -> str | None:
    """What a field is called in what is validated, if that is another name."""
    found = None
    for call in _field_calls(statement):
        for keyword in call.keywords:
            value = getattr(keyword.value, "value", None)
            wins = found is None or keyword.arg == "validation_alias"
            if keyword.arg in _ALIASES and isinstance(value, str) and wins:
                found = value
    return found


def is_of_the_class(statement: ast.AnnAssign, *, model: bool) -> bool:
    """Whether it is no field: a `ClassVar`, and in a model its settings and its private attributes.

    https://docs.pydantic.dev/latest/concepts/models/#private-model-attributes
    """
    annotation = statement.annotation
    outermost = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    if _name(outermost) == "ClassVar":
        return True
    name = statement.target.id if isinstance(statement.target, ast.Name) else ""
    return model and (name == "model_config" or name.startswith("_"))


def changes_what_is_given(node: ast.expr) -> bool:
    """`Annotated[bool, BeforeValidator(...)]`: anything may be given."""
    return isinstance(node, ast.Call) and _name(node.func) in _IN_ANNOTATIONS


def takes_something_else(node: ast.ClassDef) -> bool:
    """Whether it makes its fields of something that is not written down."""
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and any(
            _name(call) in _OF_MODELS and _is_before(call) for call in statement.decorator_list
        ):
            return True
        if isinstance(statement, ast.AnnAssign) and any(
            keyword.arg in _ALIASES and not isinstance(keyword.value, ast.Constant)
            for call in _field_calls(statement)
            for keyword in call.keywords
        ):
            return True
        if _is_config(statement) and any(_mentions_alias_generator(each) for each in ast.walk(statement)):
            return True
    return False


def validated_before(node: ast.ClassDef, field: str) -> bool:
    """Whether a validator takes anything for this field and makes a value of its type of it."""
    for statement in node.body:
        for call in statement.decorator_list if isinstance(statement, ast.FunctionDef) else ():
            if isinstance(call, ast.Call) and _name(call) in _OF_FIELDS and _is_before(call):
                named = {each.value for each in call.args if isinstance(each, ast.Constant)}
                if field in named or "*" in named or len(named) < len(call.args):
                    return True
    return False


def _field_calls(statement: ast.AnnAssign) -> Iterator[ast.Call]:
    for root in (statement.value, statement.annotation):
        for node in ast.walk(root) if root is not None else ():
            if isinstance(node, ast.Call) and _name(node.func) == "Field":
                yield node


def _is_before(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):  # @root_validator
        return _name(node) == "root_validator"
    given = {keyword.arg: getattr(keyword.value, "value", None) for keyword in node.keywords}
    return given.get("mode") in _BEFORE or given.get("pre") is True


def _is_config(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ClassDef):
        return statement.name == "Config"
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    annotated = [statement.target] if isinstance(statement, ast.AnnAssign) else []
    return any(isinstance(each, ast.Name) and each.id == "model_config" for each in (*targets, *annotated))


def _mentions_alias_generator(node: ast.AST) -> bool:
    match node:
        case ast.keyword(arg=name) | ast.Name(id=name) | ast.Constant(value=name):
            return name == "alias_generator"
        case _:
            return False


def _name(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")

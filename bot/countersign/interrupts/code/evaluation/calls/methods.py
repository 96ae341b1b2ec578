"""Methods of answers, and of the dicts, lists, texts and states that may hold them."""

import ast
from typing import TYPE_CHECKING

from countersign.interrupts.code.evaluation.binding import iterated
from countersign.interrupts.code.evaluation.calls.classes import adapted, validated
from countersign.interrupts.code.evaluation.conditions.boolean_tests import (
    compared,
)
from countersign.interrupts.code.evaluation.key_access import (
    forget_key,
    key_of,
    state_key,
    take_item,
    write_state,
)
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import PARSED_AS_JSON, Comparison, Kind, Use
from countersign.interrupts.code.evaluation.model.values import (
    Adapter,
    Class,
    Const,
    Instance,
    Items,
    Outcome,
    Record,
    Ref,
    State,
    Template,
    Value,
    constants,
    refs,
    union,
)
from countersign.interrupts.code.shape import Match, Scalar

if TYPE_CHECKING:
    from countersign.interrupts.code.evaluation.calls.call_expressions import (
        Arguments,
    )

_LOWERS = {"lower", "casefold", "upper", "title", "capitalize"}
_STRIPS = {"strip", "lstrip", "rstrip"}
_TESTS = {"isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isspace", "isupper", "islower"}
_WORDS = {
    "split", "rsplit", "splitlines", "partition", "rpartition", "replace", "encode", "find", "rfind",
    "removeprefix", "removesuffix", "translate", "join", "format", "ljust", "rjust", "center",
    "zfill", "expandtabs", "swapcase",
}  # fmt: skip
_PARSES = {"model_validate_json", "parse_raw", "validate_json"}
_VALIDATES = {"model_validate", "parse_obj", "validate", "from_dict", "model_construct", "validate_python"}


def call_method(frame: Frame, receiver: Value, name: str, given: "Arguments", node: ast.Call) -> Value:
    atom = receiver[0]
    match atom:
        case Ref():
            return _of_answer(frame, atom, name, given, node)
        case Record():
            return _of_record(frame, atom, name, given, node)
        case Instance():
            return _of_instance(frame, atom, name, given, node)
        case Items():
            return _of_items(frame, atom, name, given, node)
        case State():
            return _of_state(frame, atom, name, given, node)
        case Adapter() if name in _VALIDATES:
            return adapted(frame, atom, given.get(0, "object"), node)
        case Class() | Adapter() if name in _PARSES:
            frame.note(
                given.get(0, "json_data"), Use.TEXT, node, None if frame.reader.catching else PARSED_AS_JSON
            )
            return (Instance(atom),) if isinstance(atom, Class) else ()
        case Class() as cls if name in _VALIDATES:
            answer = given.get(0, "obj")
            if any(refs(answer)):
                return validated(frame, cls, answer, node)
            return (Instance(cls),)
        case Const(value=str()) | Template():
            return _of_text(frame, receiver, name, given, node)
        case _:
            frame.escape(given.all(), node, f"it is passed to {name}()")
            return ()


def _of_answer(frame: Frame, ref: Ref, name: str, given: "Arguments", node: ast.Call) -> Value:
    if name in {"get", "setdefault"}:
        return _get(frame, ref, given, node)
    if name == "pop":
        return _pop(frame, ref, given, node)
    if name == "update":
        _overwrite(frame, ref, given)
    if name in _LOWERS | _STRIPS:
        frame.note((ref,), Use.STRING, node, "lowered" if name in _LOWERS else None)
        lowered, stripped = ref.lowered or name in _LOWERS, ref.stripped or name in _STRIPS
        return (Ref(ref.slot, lowered, stripped, ref.converted, from_state=ref.from_state),)
    if name in {"startswith", "endswith"}:
        return _begins(frame, ref, name, given, node)
    if name in _TESTS:
        frame.note((ref,), Use.STRING, node)
        frame.note((ref,), Use.TEXT, node)
        return ()
    if name in _WORDS:
        frame.note((ref,), Use.TEXT, node)
        return ()
    if name in {"items", "values", "keys", "copy", "update", "model_dump", "dict"}:
        frame.note((ref,), Use.MAPPING, node)
        frame.note((ref,), Use.WHOLE, node)
        if name == "items":
            return (Items([(Items([(), (Ref(ref.slot.any_item()),)]),)], exact=False),)
        if name == "values":
            return (Items([(Ref(ref.slot.any_item()),)], exact=False),)
        return (ref,) if name in {"copy", "model_dump", "dict"} else ()
    if name in {"append", "extend", "sort", "reverse", "insert"}:
        frame.note((ref,), Use.IS, node, Kind.LIST)
        return ()
    if name in {"result", "value"}:  # of a task that asked
        return (ref,)
    frame.escape((ref,), node, f"its method .{name}() is called, which is none of a JSON value's")
    return ()


def _overwrite(frame: Frame, ref: Ref, given: "Arguments") -> None:
    """`answer.update({...})`, and with arguments by name."""
    entries = dict(given.named)
    for atom in given.get(0, ""):
        if isinstance(atom, Record):
            entries |= atom.entries
    for name, value in entries.items():
        frame.reader.overwrite(ref.slot, name, value)


def _get(frame: Frame, ref: Ref, given: "Arguments", node: ast.Call) -> Value:
    part = key_of(frame, ref, given.get(0, "key"), node, required=False)
    default(frame, part, given.get(1, "default"), node)
    return part


def _pop(frame: Frame, ref: Ref, given: "Arguments", node: ast.Call) -> Value:
    key, required = given.get(0, "key"), len(given.positional) < 2
    if not all(isinstance(name, str) for name in constants(key) or (None,)):
        return take_item(frame, ref, node)
    part = key_of(frame, ref, key, node, required=required)
    default(frame, part, given.get(1, "default"), node)
    forget_key(frame, ref, key)
    return part


def default(frame: Frame, part: Value, value: Value, node: ast.AST) -> None:
    """What takes the place of a missing part says of what kind it is."""
    known = constants(value)
    if known is not None and len(known) == 1 and known[0] is not None:
        frame.note(part, Use.DEFAULT, node, known[0])
    elif any(isinstance(atom, Record) for atom in value):
        frame.note(part, Use.IS, node, Kind.OBJECT)
    elif any(isinstance(atom, Items) for atom in value):
        frame.note(part, Use.IS, node, Kind.LIST)


def _begins(frame: Frame, ref: Ref, name: str, given: "Arguments", node: ast.Call) -> Value:
    frame.note((ref,), Use.STRING, node)
    sought = given.get(0, "prefix")
    values: list[Scalar] = list(constants(sought) or ())
    for atom in sought:
        if isinstance(atom, Items):
            values.extend(scalar for item in atom.items for scalar in constants(item) or ())
    if name == "endswith" or not values:
        frame.note((ref,), Use.TEXT, node)
        return ()
    return (Outcome(*compared(frame, node, (ref,), tuple(values), Match.PREFIX)),)


def _of_record(frame: Frame, record: Record, name: str, given: "Arguments", node: ast.Call) -> Value:
    if name in {"get", "pop", "setdefault"}:
        key, otherwise = given.get(0, "key"), given.get(1, "default")
        names = constants(key)
        if names is not None:
            return union([*(record.entries.get(str(each), ()) for each in names), otherwise])
        for ref in refs(key):
            if record.open or not record.entries or (record.of_members and not ref.member):
                frame.escape((ref,), node, "it is looked up in a dict that is known only when it runs")
            else:
                compare = Comparison(tuple(record.entries), lowered=ref.lowered, stripped=ref.stripped)
                frame.note((ref,), Use.COMPARED, node, compare)
        return union([*record.entries.values(), otherwise])
    if name == "update":
        _merge(frame, record, given, node)
        return ()
    if name == "items":
        return (Items([(Items([(Const(key),), value]),) for key, value in record.entries.items()]),)
    if name == "values":
        return (Items(list(record.entries.values())),)
    if name == "keys":
        return (Items([(Const(key),) for key in record.entries]),)
    if name == "copy":
        return (Record(dict(record.entries), record.open),)
    frame.escape(given.all(), node, f"it is passed to {name}()")
    return ()


def _merge(frame: Frame, record: Record, given: "Arguments", node: ast.Call) -> None:
    if not all(given.positional):  # what it is updated with is known only when it runs
        record.open = True
    for atom in (*given.get(0, ""), *given.unpacked):
        if isinstance(atom, Record):
            record.entries |= atom.entries
            record.open |= atom.open
        else:
            record.open = True
            if isinstance(atom, Ref):
                frame.note((atom,), Use.MAPPING, node)
                frame.note((atom,), Use.WHOLE, node)
    record.entries |= given.named


def _of_instance(frame: Frame, instance: Instance, name: str, given: "Arguments", node: ast.Call) -> Value:
    if name in {"model_dump", "dict", "_asdict", "to_dict", "asdict"}:
        return (Record(dict(instance.fields.entries), instance.fields.open),)
    if name in {"get", "pop", "setdefault", "items", "values", "keys", "update"}:  # of a TypedDict
        return _of_record(frame, instance.fields, name, given, node)
    if name in {"model_copy", "copy"}:
        return (instance,)
    frame.escape(given.all(), node, f"it is passed to {name}()")
    return ()


def _of_items(frame: Frame, items: Items, name: str, given: "Arguments", node: ast.Call) -> Value:
    if name in {"append", "insert"}:
        frame.note(given.get(0 if name == "append" else 1, "object"), Use.KEPT, node)
    if name == "append":
        items.items.append(given.get(0, "object"))
        items.exact = False
    elif name == "extend":
        for atom in given.get(0, "iterable"):
            if isinstance(atom, Items):
                items.items.extend(atom.items)
            elif isinstance(atom, Ref):
                frame.note((atom,), Use.ITERATED, node)
                items.items.append((Ref(atom.slot.any_item()),))
        items.exact = False
    elif name == "insert":
        items.items.append(given.get(1, "object"))
        items.exact = False
    elif name == "pop":
        return union(items.items)
    elif name in {"index", "count", "remove"}:
        frame.escape(given.all(), node, "it is looked for in a list")
    return (items,) if name == "copy" else ()


def _of_state(frame: Frame, state: State, name: str, given: "Arguments", node: ast.Call) -> Value:
    if name in {"get", "pop", "setdefault"}:
        found = [
            state_key(frame, state, key)
            for key in constants(given.get(0, "key")) or ()
            if isinstance(key, str)
        ]
        otherwise = given.get(1, "default")
        default(frame, union(found), otherwise, node)
        return union([*found, otherwise])
    if name in {"update", "model_copy", "copy"}:
        changes = given.get(0, "update")
        for atom in changes:
            if isinstance(atom, Record):
                for key, value in atom.entries.items():
                    write_state(frame, state.space, key, value, node)
        for key, value in given.named.items():
            if name == "update":
                write_state(frame, state.space, key, value, node)
    return (state,) if name in {"model_copy", "copy", "model_dump", "dict"} else ()


def _of_text(frame: Frame, receiver: Value, name: str, given: "Arguments", node: ast.Call) -> Value:
    """A method of a text that the code writes out, such as `", ".join(...)`."""
    if name == "join":
        frame.note(iterated(frame, given.get(0, "iterable"), node), Use.TEXT, node)
    if name in {"format", "join", "format_map"}:
        frame.note(given.all(), Use.SHOWN, node, deep=True)
        return (Template((None,)),)
    if name in {"lower", "casefold", "upper", "strip"} and isinstance(receiver[0], Const):
        return (Const(getattr(str(receiver[0].value), name)()),)
    if name == "split" and isinstance(receiver[0], Const) and not given.positional:
        return (Items([(Const(word),) for word in str(receiver[0].value).split()]),)
    if name in _STRIPS:
        return receiver
    if name.startswith("__"):
        frame.escape(given.all(), node, f"it is passed to {name}()")
        return ()
    frame.note(given.all(), Use.TEXT, node)
    return (Template((None,)),)

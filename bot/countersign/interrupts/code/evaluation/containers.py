"""Dict and list displays, and comprehensions."""

import ast

from countersign.interrupts.code.evaluation.binding import bind, iterated
from countersign.interrupts.code.evaluation.key_access import note_stored_name
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import Comparison, Use
from countersign.interrupts.code.evaluation.model.values import (
    Items,
    Member,
    Record,
    Ref,
    Value,
    comparable,
    constants,
    refs,
    union,
)

_ROLES = {"user", "human", "ai", "assistant", "system", "tool"}


def looked_up(frame: Frame, record: Record, key: Value, node: ast.expr, *, chosen: bool) -> Value:
    """An entry of a dict that the code writes out; an answer that is its key is one of these keys."""
    names = constants(comparable(key, ()))
    if names is not None:
        return union(record.entries.get(str(name), ()) for name in names)
    for ref in refs(key):
        values = tuple(record.entries)
        if record.open or not values or (record.of_members and not ref.member):
            frame.escape((ref,), node, "it is looked up in a dict that is known only when it runs")
            continue
        compared = Comparison(values, lowered=ref.lowered, stripped=ref.stripped)
        frame.note((ref,), Use.COMPARED, node, compared)
        if chosen:
            frame.note((ref,), Use.CHOSEN, node, compared)
    return union(record.entries.values())


def dict_display(frame: Frame, node: ast.Dict) -> Value:
    record = Record({}, conditions=tuple(frame.reader.conditions))
    for key, item in zip(node.keys, node.values, strict=True):
        value = frame.value(item)
        if key is None:
            unpack_mapping(frame, record, value, node)
            continue
        written = frame.value(key)
        record.of_members |= any(isinstance(atom, Member) for atom in written)
        names = constants(comparable(written, ()))
        if names is not None and len(names) == 1 and isinstance(names[0], str):
            record.entries[names[0]] = value
            frame.note(value, Use.STORED, node)
            frame.note(_items(value), Use.KEPT, node)
            note_stored_name(value, names[0])
            if names[0] == "messages":
                frame.note(_items(value), Use.TEXT, node)  # a text in the list becomes a message
        else:
            record.open = True
            frame.escape(value, node, "it is put under a key that is known only when it runs")
    if "args" in record.entries and ("name" in record.entries or record.open):
        frame.note(record.entries["args"], Use.MAPPING, node)  # a tool call's arguments are an object
    if constants(record.entries.get("type", ())) == ("text",):
        frame.note(record.entries.get("text", ()), Use.TEXT, node)  # a content block of a message
    if "content" in record.entries and _is_message(record):
        frame.note(record.entries["content"], Use.TEXT, node)
        return ()
    return (record,)


def _items(value: Value) -> Value:
    return union(item for atom in value if isinstance(atom, Items) for item in atom.items)


def _is_message(record: Record) -> bool:
    return "role" in record.entries or set(constants(record.entries.get("type", ())) or (None,)) <= _ROLES


def unpack_mapping(frame: Frame, record: Record, value: Value, node: ast.AST) -> None:
    """`**value` into a dict, or `update`."""
    for atom in value:
        if isinstance(atom, Record):
            record.entries |= atom.entries
            record.open |= atom.open
        elif isinstance(atom, Ref):
            frame.note((atom,), Use.MAPPING, node)
            frame.note((atom,), Use.WHOLE, node)
            record.open = True
        else:
            record.open = True
    if not value:
        record.open = True


def sequence_display(frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Value:
    items, exact = [], True
    for element in node.elts:
        if isinstance(element, ast.Starred):
            inner = frame.value(element.value)
            items.append(iterated(frame, inner, element))
            exact = False
        else:
            items.append(frame.value(element))
            if not isinstance(node, ast.Tuple):  # which a function gives several values in
                frame.note(items[-1], Use.KEPT, node)
    if len(items) == 2 and exact and constants(items[0]) and set(constants(items[0]) or ()) <= _ROLES:
        frame.note(items[1], Use.TEXT, node)  # ("user", words)
    return (Items(items, exact),)


def comprehension(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
    inner = Frame(frame.reader, frame.module, outer=frame, owner=frame.owner)
    inner.is_comprehension = True
    with frame.reader.under(()):
        for generator in node.generators:
            bind(inner, generator.target, iterated(inner, inner.value(generator.iter), generator.iter))
            for condition in generator.ifs:
                frame.reader.conditions.extend(inner.test(condition)[0])
        if isinstance(node, ast.DictComp):
            inner.value(node.key)
            said = "it is put into a dict whose keys are known only when it runs"
            frame.escape(inner.value(node.value), node, said)
            return (Record({}, open=True),)
        item = inner.value(node.elt)
        frame.note(item, Use.KEPT, node)
    return (Items([item], exact=False),)

"""Reads a whole graph: every node that can ask, and the flow of its answers through the state."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace

from countersign.interrupts.code.entry_points import arguments_of, take_result
from countersign.interrupts.code.evaluation.calls.call_expressions import (
    call,
)
from countersign.interrupts.code.evaluation.conditions.boolean_tests import test
from countersign.interrupts.code.evaluation.expressions import evaluate
from countersign.interrupts.code.evaluation.model.call_sites import CallSite
from countersign.interrupts.code.evaluation.model.frame import Frame, Reader
from countersign.interrupts.code.evaluation.model.language import Language
from countersign.interrupts.code.evaluation.model.limits import ReadingStopped
from countersign.interrupts.code.evaluation.model.modules import FunctionNode, Module, SourceUnreadable
from countersign.interrupts.code.evaluation.model.slots import Comparison, Evidence, Slot, Use
from countersign.interrupts.code.evaluation.model.values import (
    Class,
    Const,
    Function,
    Instance,
    Items,
    Opaque,
    Record,
    Subgraph,
    Value,
    constants,
    refs,
)
from countersign.interrupts.code.evaluation.statements import run
from countersign.interrupts.code.payload_pattern import pattern_of, words_of
from countersign.interrupts.code.questions import GraphReading, NodeReading, Question
from countersign.interrupts.code.resolution.evidence import uses
from countersign.interrupts.code.resolution.shape_resolution import resolve
from countersign.interrupts.code.shape import Scalar
from countersign.interrupts.code.source import (
    Binding,
    ClassSource,
    ContainerSource,
    FunctionSource,
    GraphSource,
    SubgraphSource,
)
from countersign.interrupts.code.word_meanings import Meaning, meaning

_PASSES = 4  # an answer may go from node to node through the state this often
_LANGUAGE = Language(evaluate=evaluate, test=test, run=run, call=call)


def read_graph(source: GraphSource) -> GraphReading:
    """Read it. Never raises for what the code is like, and runs none of it."""
    modules, problems = _modules(source)
    reader = Reader(modules, _LANGUAGE)
    reader.bindings = {
        (module.name, name): _bound(reader, binding)
        for module in source.modules
        for name, binding in module.bindings.items()
    }
    for space, named in source.state.items():
        classes = [_class(reader, each) for each in named]
        reader.state_classes[space] = tuple(cls for cls in classes if cls is not None)
    found: dict[tuple[str, ...], str | None] = {node.path: node.problem for node in source.nodes}
    for _ in range(_PASSES):
        for node in source.nodes:
            for function in node.functions:
                problem = _read(reader, function, node.path, node.space, problems, ())
                found[node.path] = found[node.path] or problem
        for branch in source.branches:
            _read(reader, branch.function, (), branch.space, problems, branch.ends)
    _note_shared_keys(reader)
    return GraphReading(
        graph=source.name,
        nodes=tuple(
            NodeReading(
                path=node.path,
                questions=tuple(_question(site) for site in _sites(reader, node.path)),
                problem=found[node.path],
                library=node.library,
            )
            for node in source.nodes
        ),
    )


def _modules(source: GraphSource) -> tuple[dict[str, Module], dict[str, str]]:
    """The modules that can be parsed, by name, and by file why the others cannot."""
    modules: dict[str, Module] = {}
    problems: dict[str, str] = {}
    for each in source.modules:
        try:
            modules[each.name] = Module(each)
        except SourceUnreadable as error:
            problems[each.file] = f"{each.file}: {error}"
    return modules, problems


def _sites(reader: Reader, path: tuple[str, ...]) -> Iterable[CallSite]:
    return [site for site in reader.sites.values() if site.node == path]


def _question(site: CallSite) -> Question:
    shape = resolve(site.slot)
    return Question(
        node=site.node,
        where=site.where,
        code=site.code,
        payload=pattern_of(site.payload),
        shape=shape,
        declared=site.schema,
    )


def _read(
    reader: Reader,
    source: FunctionSource,
    path: tuple[str, ...],
    space: str,
    problems: Mapping[str, str],
    ends: tuple[Scalar, ...],
) -> str | None:
    """Read one function that LangGraph calls. Gives why it cannot be read; None if it was."""
    module = reader.by_file.get(source.file)
    if module is None:
        return problems.get(source.file) or f"{source.file} is not part of the graph's own code"
    node = module.function(source.line, source.name)
    if node is None:
        return f"{source.file}:{source.line}: the definition of {source.name} is not found there"
    name = f"{source.file}:{source.line}:{source.name}"
    if reader.is_up_to_date(path, space, name):
        return None
    reader.start(path=path, space=space, function=name)
    reader.returns = None if isinstance(node, ast.Lambda) else node.returns
    try:
        function = _function(reader, source, module, node)
        frame = reader.scope(module)
        arguments = arguments_of(function, source.role, space, source.given)
        named = {argument.arg: () for argument in node.args.kwonlyargs}
        result = call(frame, function, arguments, named, node)
        take_result(frame, source.role, result, node, ends)
    except ReadingStopped as stopped:
        return _abandon(reader, path, f"{source.file}:{source.line}: {source.name}: {stopped}")
    except RecursionError:
        return _abandon(reader, path, f"{source.file}:{source.line}: {source.name}: it is nested too deeply")
    return None


def _abandon(reader: Reader, path: tuple[str, ...], problem: str) -> str:
    """What was found in a function that was not read to its end may be half of the truth: keep none of it."""
    for key in [key for key, site in reader.sites.items() if site.node == path]:
        del reader.sites[key]
    return problem


def _function(reader: Reader, source: FunctionSource, module: Module, node: FunctionNode) -> Function:
    """The function with what its free names are bound to."""
    outer = Frame(reader, module, outer=reader.enclosing_scope(module, node))
    for name, binding in source.bindings.items():
        outer.names[name] = _bound(reader, binding)
    owner = _class(reader, source.owner) if source.owner is not None else None
    enclosing = module.enclosing(node)
    if owner is None and isinstance(enclosing, ast.ClassDef):
        owner = Class(module, enclosing)
    is_method = isinstance(enclosing, ast.ClassDef)
    return Function(
        module,
        node,
        outer=outer,
        owner=owner,
        instance=(Instance(owner),) if owner is not None and is_method else (),
    )


def _bound(reader: Reader, binding: Binding) -> Value:
    match binding:
        case FunctionSource():
            module = reader.by_file.get(binding.file)
            node = module.function(binding.line, binding.name) if module is not None else None
            if module is None or node is None:
                return ()
            return (_function(reader, binding, module, node),)
        case ClassSource():
            cls = _class(reader, binding)
            return (cls,) if cls is not None else ()
        case SubgraphSource():
            return (Subgraph(binding.space),)
        case ContainerSource(entries=entries) if binding.is_list:
            return (Items([_bound(reader, each) for each in entries.values()], exact=False),)
        case ContainerSource(entries=entries):
            held = {name: _bound(reader, each) for name, each in entries.items()}
            return (Record(held, open=binding.open),)
        case _:
            return (Const(binding),)


def _class(reader: Reader, source: ClassSource) -> Class | None:
    module = reader.by_file.get(source.file)
    node = module.class_named(source) if module is not None else None
    return Class(module, node) if module is not None and node is not None else None


def _note_shared_keys(reader: Reader) -> None:
    """A key of the state that other functions write, too, is not the answer alone.

    A value that they write and that somebody compares the key with may have nothing to do with the answer.
    """
    asked = {site.slot: site.payload for site in reader.sites.values()}
    for writes in reader.writes.values():
        for write in writes:
            others = [w.value for w in writes if w.function != write.function]
            values = {v for value in others for v in constants(value) or ()}
            for ref in refs(write.value):
                named = words_of(asked.get(ref.slot.root, ()))
                compared = _values_compared(ref.slot) if any(map(_may_be_anything, others)) else values
                _note_shared(
                    ref.slot, {v for v in compared if isinstance(v, str) and v.casefold() not in named}
                )


def _may_be_anything(value: Value) -> bool:
    """Such as what a model said of the answer."""
    return not value or any(isinstance(atom, Opaque) for atom in value)


def _values_compared(slot: Slot) -> set[Scalar]:
    details = [each.detail for each in slot.evidence if each.from_state]
    return {v for each in details if isinstance(each, Comparison) for v in each.values}


def _note_shared(slot: Slot, others: set[str]) -> None:
    """Forget that it is compared with these, where what is compared is read from the state.

    A word for a yes or a no is an answer whoever writes it.
    """
    kept: list[Evidence] = []
    forgotten: list[Evidence] = []
    for each in slot.evidence:
        if not isinstance(each.detail, Comparison) or not each.from_state:
            kept.append(each)
            continue
        values = tuple(v for v in each.detail.values if v not in others or meaning(v) is not Meaning.OTHER)
        if values:
            kept.append(replace(each, detail=replace(each.detail, values=values)))
        if len(values) < len(each.detail.values):
            forgotten.append(each)
    slot.evidence = kept
    if forgotten and not uses(kept, Use.COMPARED):
        first = forgotten[0]
        said = "other nodes write the same key of the state"
        slot.note(Evidence(Use.ESCAPED, first.where, first.code, (), said))

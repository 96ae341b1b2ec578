"""The reader, with its limits and what it found; and a frame, the scope of one function."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from countersign.interrupts.code.evaluation.model.call_sites import CallSite, StateWrite
from countersign.interrupts.code.evaluation.model.decorators import decorator_name, passes
from countersign.interrupts.code.evaluation.model.language import Ending, Language, LoopExits
from countersign.interrupts.code.evaluation.model.limits import (
    MAX_EXPRESSION_DEPTH,
    MAX_IMPORT_DEPTH,
    MAX_STEPS,
    MAX_STEPS_OF_A_GRAPH,
    ReadingStopped,
)
from countersign.interrupts.code.evaluation.model.modules import FunctionNode, Module
from countersign.interrupts.code.evaluation.model.name_resolution import resolve_name
from countersign.interrupts.code.evaluation.model.slots import (
    CONVERTED,
    Condition,
    Conditions,
    Detail,
    Evidence,
    Refusal,
    Slot,
    Use,
)
from countersign.interrupts.code.evaluation.model.values import (
    Class,
    External,
    Function,
    Ref,
    Value,
    refs,
)
from countersign.interrupts.code.shape import AnswerShape


class Reader:
    """What is being read, and all that was found."""

    node: tuple[str, ...]
    space: str
    function: str
    steps: int
    depth: int
    ignoring_evidence: int  # over zero: nothing is asked and nothing noted
    displaying: int  # over zero: what is formatted is only displayed
    catching: int  # over zero: an error here may be caught

    def __init__(self, modules: Mapping[str, Module], language: Language) -> None:
        """`modules` by name."""
        self.modules = modules
        self.by_file = {module.file: module for module in modules.values()}
        self.language = language
        self.sites: dict[object, CallSite] = {}  # by the lines of the calls that lead there
        self.writes: dict[tuple[str, str], list[StateWrite]] = {}
        self.reads: dict[tuple[tuple[str, ...], str, str], dict[tuple[str, str], int]] = {}  # writes so far
        self.fresh: set[tuple[str, str]] = set()  # what the function that is read has written already
        self.state_classes: dict[str, tuple[Class, ...]] = {}
        self.returns: ast.expr | None = None  # the annotation of the function that LangGraph calls
        self.all_steps = 0
        self.conditions: list[Condition] = []
        self.calls: list[tuple[object, ...]] = []  # on the way: file, line, column, and what is called
        self.overwritten: dict[tuple[Slot, str], tuple[Value, Conditions]] = {}  # keys that the code sets
        self.loops: list[set[Slot]] = []  # the answers that each loop around here asks for
        self.handled: list[list[Refusal]] = []  # what is raised in each `try` around here
        self.bindings: dict[tuple[str, str], Value] = {}  # by module and name: what is known from run time
        self.class_scopes: dict[ast.ClassDef, Frame] = {}
        self.class_shapes: dict[tuple[ast.ClassDef, int], AnswerShape | None] = {}
        self._globals: dict[tuple[str, str], Value] = {}
        self._scopes: dict[ast.AST, Frame] = {}
        self._importing = 0
        self.start(path=(), space="", function="")

    def is_up_to_date(self, path: tuple[str, ...], space: str, function: str) -> bool:
        """Whether all that it reads of the state is as it was when it was read."""
        read = self.reads.get((path, space, function))
        return read is not None and all(len(self.writes.get(key, ())) == n for key, n in read.items())

    def start(self, *, path: tuple[str, ...], space: str, function: str) -> None:
        """Begin with a function that LangGraph calls, in the node `path` (empty: in no node)."""
        self.node, self.space, self.function = path, space, function
        self.reads[path, space, function] = {}
        self.steps = self.depth = self.ignoring_evidence = self.displaying = self.catching = 0
        self.conditions.clear()
        self.handled.clear()
        self.calls.clear()
        self.loops.clear()
        self.fresh.clear()
        self.overwritten.clear()

    def reads_state(self, key: tuple[str, str]) -> None:
        self.reads[self.node, self.space, self.function][key] = len(self.writes.get(key, ()))

    def overwrite(self, slot: Slot, key: str, value: Value) -> None:
        """The code sets this key of an answer, under the conditions that hold here."""
        if not self.ignoring_evidence:
            self.overwritten[slot, key] = (value, tuple(self.conditions))

    def overwriting(self, slot: Slot, key: str) -> Value | None:
        """What the code has put under this key, if it has in any case, so that it is not the answer's."""
        value, conditions = self.overwritten.get((slot, key), (None, ()))
        return value if value is not None and set(conditions) <= set(self.conditions) else None

    def keep_no_overwriting(self, slot: Slot) -> None:
        """It is answered again, so that no key of it has been set."""
        self.overwritten = {at: held for at, held in self.overwritten.items() if at[0].root is not slot}

    def step(self) -> None:
        self.steps += 1
        self.all_steps += 1
        if self.steps > MAX_STEPS:
            raise ReadingStopped("it is too large to be read to its end")
        if self.all_steps > MAX_STEPS_OF_A_GRAPH:
            raise ReadingStopped("the graph is too large to be read to its end")

    @contextmanager
    def nested(self) -> Iterator[None]:
        """One expression inside of those that are being read. Raises ReadingStopped at the limits."""
        self.step()
        if self.depth >= MAX_EXPRESSION_DEPTH:
            raise ReadingStopped("it is nested too deeply to be read to its end")
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    @contextmanager
    def under(self, conditions: Conditions) -> Iterator[None]:
        """What is read meanwhile stands under these conditions, too."""
        before = len(self.conditions)
        self.conditions.extend(conditions)
        try:
            yield
        finally:
            del self.conditions[before:]

    @contextmanager
    def ignore_evidence(self) -> Iterator[None]:
        self.ignoring_evidence += 1
        try:
            yield
        finally:
            self.ignoring_evidence -= 1

    @contextmanager
    def display(self) -> Iterator[None]:
        self.displaying += 1
        try:
            yield
        finally:
            self.displaying -= 1

    def scope(self, module: Module) -> "Frame":
        """The frame of a module's own statements."""
        if module.tree not in self._scopes:
            self._scopes[module.tree] = Frame(self, module)
        return self._scopes[module.tree]

    def enclosing_scope(self, module: Module, node: FunctionNode | ast.ClassDef) -> "Frame | None":
        """The frame of the function in which `node` is defined, read with arguments that nobody knows."""
        outer = module.enclosing(node)
        while isinstance(outer, ast.ClassDef):
            outer = module.enclosing(outer)
        if outer is None or isinstance(outer, ast.Lambda):
            return None
        if outer not in self._scopes:
            frame = Frame(self, module, outer=self.enclosing_scope(module, outer))
            self._scopes[outer] = frame
            with self.ignore_evidence():
                self.language.run(frame, outer.body)
        return self._scopes[outer]

    def member(self, module: Module, name: str) -> Value:
        """What a name is in a module, found out once; nothing for one that is defined by way of itself."""
        key = (module.name, name)
        if key in self.bindings:
            return self.bindings[key]
        if key not in self._globals:
            self._globals[key] = ()
            if self._importing >= MAX_IMPORT_DEPTH:
                return ()
            self._importing += 1
            try:
                self._globals[key] = resolve_name(self, module, name)
            finally:
                self._importing -= 1
        return self._globals[key]


class Frame:
    """The names of one function while it is read, and what it returns."""

    def __init__(
        self, reader: Reader, module: Module, *, outer: "Frame | None" = None, owner: Class | None = None
    ) -> None:
        self.reader = reader
        self.module = module
        self.outer = outer
        self.owner = owner
        self.function: FunctionNode | None = None  # the one that is called; None in a module
        self.names: dict[str, Value] = {}
        self.rebinds: set[str] = set()  # names of functions around it, by `nonlocal`, or of the module
        self.is_comprehension = False
        self.returned: list[Value] = []
        self.loops: list[bool] = []  # around here, within the function: whether each is endless
        self.left: list[LoopExits] = []  # of the same loops: the names where a turn was left
        self.last_of_turn: ast.stmt | None = None  # what comes behind it asks again

    def value(self, node: ast.expr) -> Value:
        with self.reader.nested():
            return self.reader.language.evaluate(self, node)

    def test(self, node: ast.expr) -> tuple[Conditions, Conditions]:
        """What holds where the expression is true, and where it is false."""
        with self.reader.nested():
            return self.reader.language.test(self, node)

    def run(self, body: Sequence[ast.stmt]) -> Ending | None:
        return self.reader.language.run(self, body)

    def lookup(self, name: str) -> Value:
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outer
        return self.reader.member(self.module, name)

    def holds(self, name: str) -> bool:
        """Whether a function has it, so that it is not the module's."""
        return name in self.names or (self.outer is not None and self.outer.holds(name))

    def decorated(self, function: Function, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Value:
        """The function, or what decorators of the graph's own make of it."""
        value: Value = (function,)
        for decorator in reversed(node.decorator_list):
            name = decorator_name(decorator)
            made = [atom for atom in self.value(decorator) if isinstance(atom, Function)]
            if not made and self._passes(decorator):
                continue
            wrapped: Value = ()
            if len(made) == 1:
                result = self.call(made[0], [value], {}, decorator)
                wrapped = tuple(atom for atom in result if isinstance(atom, Function))
            value = wrapped or tuple(
                replace(atom, wrapper=name) if isinstance(atom, Function) else atom for atom in value
            )
        return value

    def _passes(self, decorator: ast.expr) -> bool:
        """Whether it is a library's that gives back what the function returns, as it is."""
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        with self.reader.ignore_evidence():
            known = self.value(called)
        return bool(known) and all(isinstance(atom, External) and passes(atom) for atom in known)

    def call(
        self, function: Function, arguments: Sequence[Value], named: Mapping[str, Value], node: ast.AST
    ) -> Value:
        return self.reader.language.call(self, function, arguments, named, node)

    def note(
        self, value: Value, use: Use, node: ast.AST, detail: Detail = None, *, deep: bool = False
    ) -> None:
        """Keep what the code does here with the answers among the alternatives."""
        if self.reader.ignoring_evidence:
            return
        conditions = tuple(self.reader.conditions)
        where, code = self.module.where(node), self.module.line(node)
        for ref in refs(value, deep=deep):
            if ref.earlier and use in {Use.TRUTH, Use.STORED, Use.KEPT}:
                continue  # "was it answered already?" says nothing of the answer; nor does showing it
            if ref.converted and use is Use.DECLARED:
                continue  # of what int() or str() made of it
            found, said = use, detail
            if ref.converted and use in {Use.TEXT, Use.STRING}:
                found = Use.SHOWN  # str() makes a text of it, whatever it is
            elif ref.converted and use in {Use.NUMBER, Use.INTEGER}:
                said = CONVERTED
            elif use in {Use.TRUTH, Use.STORED} and (ref.lowered or ref.stripped or ref.converted):
                said = "text"  # whether the text is empty is asked, or it is the text that is stored
            ref.slot.note(Evidence(found, where, code, conditions, said, ref.from_state))

    def escape(self, value: Value, node: ast.AST, where: str) -> None:
        """The answers in this value go where they are not followed."""
        if self.reader.displaying:
            return
        self.note(value, Use.ESCAPED, node, where)
        held = tuple(atom for atom in value if not isinstance(atom, Ref))
        self.note(held, Use.CARRIED, node, where, deep=True)

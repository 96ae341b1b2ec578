"""Which keys of its state a function reads and which it writes, by its source."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

_MAX_DEPTH = 4  # functions that are given the state by functions that are given the state
_WHOLE = {"items", "values", "keys", "copy", "model_dump", "dict", "model_copy"}
_ASKS = {"get", "pop", "setdefault"}


@dataclass
class StateAccess:
    """`needed` are keys that are read in a way that fails without them, `optional` those that are asked for.

    `all_read` and `all_written`: the function does more with the state than can be seen.
    """

    needed: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    all_read: bool = False
    all_written: bool = False

    @property
    def read(self) -> set[str]:
        return self.needed | self.optional

    def add(self, other: "StateAccess") -> None:
        self.needed |= other.needed
        self.optional |= other.optional
        self.written |= other.written
        self.all_read = self.all_read or other.all_read
        self.all_written = self.all_written or other.all_written


def read_access(function: ast.AST, module: ast.Module, *, given: int = 0, tool: bool = False) -> StateAccess:
    """What a node's function does with its state; `given` counts arguments that are bound already.

    A tool has no state but the one that is injected, or that its runtime holds.
    """
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return StateAccess(all_read=True, all_written=True)
    arguments = [*function.args.posonlyargs, *function.args.args]
    names = {each.arg for each in [*arguments, *function.args.kwonlyargs] if _injected(each)}
    if not tool:
        names |= {each.arg for each in arguments[given : given + 1]}
    reader = _Reader(module, names, holders={each.arg for each in arguments} - names)
    reader.run(function)
    found = reader.found
    found.needed -= found.optional  # a key that is asked for before it is read
    if tool:
        found.all_written = False  # its result is a message, or a Command that is read as one
    return found


def _injected(argument: ast.arg) -> bool:
    return argument.annotation is not None and "InjectedState" in ast.dump(argument.annotation)


class _Reader(ast.NodeVisitor):
    """`names` hold the state; `holders` have it in their attribute `state`, as runtimes and requests do."""

    def __init__(self, module: ast.Module, names: set[str], holders: set[str], deep: int = 0) -> None:
        self.found = StateAccess()
        self._module = module
        self._names = names
        self._holders = holders
        self._deep = deep
        self._dicts: dict[str, set[str]] = {}  # of the dicts that a name holds, the keys
        self._function: ast.AST | None = None
        self._maybe: set[str] = set()  # the keys that are not read in every run

    def run(self, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        self._function = function
        if isinstance(function, ast.Lambda):
            self._return(function.body)
            self.visit(function.body)
        else:
            self._block(function.body)
        self.found.optional |= self._maybe - self.found.needed

    def _is_state(self, node: ast.AST | None) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._names
        return (
            isinstance(node, ast.Attribute)
            and node.attr == "state"
            and isinstance(node.value, ast.Name)
            and node.value.id in self._holders
        )

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and self._is_state(node):
            self.found.all_read = True

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not self._is_state(node.value):
            self.generic_visit(node)
            return
        key = _text(node.slice)
        if key is None:
            self.found.all_read = True
            self.visit(node.slice)
        elif isinstance(node.ctx, ast.Load):
            self.found.needed.add(key)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self._is_state(node):
            self.found.all_read = True
        elif not self._is_state(node.value):
            self.generic_visit(node)
        elif isinstance(node.ctx, ast.Load):
            self.found.needed.add(node.attr)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._either(node.body, node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._either([node.body], [node.orelse])

    def _block(self, statements: Sequence[ast.AST]) -> None:
        """Where a branch returns, what follows it is the other branch."""
        for place, each in enumerate(statements):
            if isinstance(each, ast.If) and not each.orelse and isinstance(each.body[-1], ast.Return):
                self.visit(each.test)
                self._either(each.body, statements[place + 1 :])
                return
            self.visit(each)

    def _either(self, one: Sequence[ast.AST], other: Sequence[ast.AST]) -> None:
        """What both branches need is needed."""
        reads = [self._branch(one), self._branch(other)]
        self.found.needed |= reads[0] & reads[1]
        self._maybe |= reads[0] | reads[1]

    def _branch(self, body: Sequence[ast.AST]) -> set[str]:
        """The keys that this branch needs; what it asks for is kept."""
        needed, self.found.needed = self.found.needed, set()
        self._block(body)
        reads, self.found.needed = self.found.needed, needed
        return reads

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self._either(node.values[1:], [])

    def visit_Compare(self, node: ast.Compare) -> None:
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn) and self._is_state(right):
                key = _text(node.left)
                if key is not None:
                    self.found.optional.add(key)
                    return
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and self._is_state(function.value):
            key = _text(node.args[0]) if node.args else None
            if function.attr in _ASKS and key is not None:
                self.found.optional.add(key)
            else:  # `items` and the like, or a method of the state's own
                self.found.all_read = True
            for argument in node.args[1:]:
                self.visit(argument)
            return
        if isinstance(function, ast.Name) and function.id in {"getattr", "hasattr"} and len(node.args) > 1:
            key = _text(node.args[1])
            if self._is_state(node.args[0]) and key is not None:
                self.found.optional.add(key)
                return
        self.visit(function)
        for place, argument in enumerate(node.args):
            if self._is_state(argument):
                self._passed_on(function, place)
            else:
                self.visit(argument)
        for keyword in node.keywords:
            self.visit(keyword.value)

    def _passed_on(self, function: ast.expr, place: int) -> None:
        """The state is an argument: what a function of the same module does with it can be seen."""
        name = function.id if isinstance(function, ast.Name) else None
        for each in self._module.body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name:
                arguments = [*each.args.posonlyargs, *each.args.args]
                if self._deep < _MAX_DEPTH and place < len(arguments):
                    inner = _Reader(self._module, {arguments[place].arg}, set(), self._deep + 1)
                    inner.run(each)
                    self.found.needed |= inner.found.needed - inner.found.optional
                    self.found.optional |= inner.found.optional
                    self.found.all_read = self.found.all_read or inner.found.all_read
                    return
        if name not in {"len", "bool", "isinstance", "print"}:
            self.found.all_read = True

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if self._is_state(node.value) and isinstance(target, ast.Name):
            self._names = {*self._names, target.id}
            return
        if isinstance(target, ast.Name):
            keys = self._keys(node.value)
            if keys is not None:
                self._dicts[target.id] = keys
            else:
                self._dicts.pop(target.id, None)
        key = _text(target.slice) if isinstance(target, ast.Subscript) else None
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and key is not None:
            if target.value.id in self._dicts:
                self._dicts[target.value.id].add(key)
            if self._is_state(target.value):
                self.found.written.add(key)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        self._return(node.value)
        if node.value is not None and not self._is_state(node.value):
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._visit_inner(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._visit_inner(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.body)

    def _visit_inner(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function inside reads the same state, and what it returns is its own."""
        written, all_written = set(self.found.written), self.found.all_written
        self._block(node.body)
        self.found.written, self.found.all_written = written, all_written

    def _return(self, value: ast.expr | None) -> None:
        if isinstance(value, ast.IfExp):
            self._return(value.body)
            self._return(value.orelse)
            return
        if value is None or isinstance(value, ast.Constant) or self._is_state(value):
            return
        if isinstance(value, ast.List | ast.ListComp):  # of Sends, or of Commands
            return
        keys = self._keys(value)
        if keys is None:
            self.found.all_written = True
        else:
            self.found.written |= keys

    def _keys(self, value: ast.expr | None) -> set[str] | None:
        """The keys of a dict, as far as it is written out; None for what is no such dict."""
        if isinstance(value, ast.Name):
            return self._dicts.get(value.id)
        if isinstance(value, ast.Dict):
            keys: set[str] = set()
            for key, inner in zip(value.keys, value.values, strict=True):
                found = {_text(key)} if key is not None else self._spread(inner)
                if found is None or None in found:
                    return None
                keys |= {text for text in found if text is not None}
            return keys
        if isinstance(value, ast.Call) and not value.args:
            name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
            named = {keyword.arg: keyword.value for keyword in value.keywords}
            if name == "Command":
                return self._keys(named["update"]) if "update" in named else set()
            if name[:1].isupper() or name == "dict":  # a TypedDict, or a model of the state
                return None if None in named else {str(key) for key in named}
        return None

    def _spread(self, value: ast.expr) -> set[str | None] | None:
        """The keys of `**value` in a dict: a state's own are no news."""
        keys = set[str]() if self._is_state(value) else self._keys(value)
        return None if keys is None else set(keys)


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

"""Resolves the schema of one place: references, unions with null and wrappers removed."""

from dataclasses import dataclass
from typing import Any

from countersign.approvals.json import Json
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.unset import UNSET

_HOPS = 32


@dataclass(frozen=True)
class Subschema:
    keywords: dict[str, Any]
    nullable: bool
    refs: frozenset[str]  # the references followed to get here: one that comes again is a recursion

    @property
    def type(self) -> str | None:
        """The one type the place has, or None if it may have several or does not say."""
        named = self.keywords.get("type")
        if isinstance(named, str):
            return named
        return "object" if named is None and isinstance(self.keywords.get("properties"), dict) else None

    @property
    def properties(self) -> dict[str, Json]:
        named = self.keywords.get("properties")
        return named if isinstance(named, dict) else {}

    @property
    def required(self) -> frozenset[str]:
        named = self.keywords.get("required")
        return (
            frozenset(name for name in named if isinstance(name, str))
            if isinstance(named, list)
            else frozenset()
        )

    @property
    def has_alternatives(self) -> bool:
        """Whether what the place holds depends on more than its properties."""
        return bool(self.keywords.keys() & {"enum", "allOf", "anyOf", "oneOf", "if", "$dynamicRef"})

    @property
    def may_be_text(self) -> bool:
        named = self.keywords.get("type")
        if named is None:
            return self._says_nothing or "string" in _branch_types(self.keywords)
        return named == "string" or (isinstance(named, list) and "string" in named)

    @property
    def _says_nothing(self) -> bool:
        return not self.keywords.keys() & {
            "enum",
            "const",
            "anyOf",
            "oneOf",
            "allOf",
            "properties",
            "items",
            "$ref",
        }


def resolve_subschema(spec: Json, root: Json, refs: frozenset[str] = frozenset()) -> Subschema | None:
    """The plain form of a schema at one place; None where only JSON will do (a recursion, a dangling ref)."""
    nullable = False
    for _ in range(_HOPS):
        if not isinstance(spec, dict):
            return Subschema({}, nullable, refs) if spec is True else None
        rest = dict(spec)
        if "$ref" in rest:
            ref = rest.pop("$ref")
            target = _lookup(ref, root)
            if not isinstance(ref, str) or ref in refs or not isinstance(target, dict):
                return None
            refs |= {ref}
            spec = {**target, **rest}
        elif (merged := _only_branch(rest)) is not None:
            spec = merged
        elif (union := _without_null(rest)) is not None:
            spec, nullable = union, True
        else:
            return Subschema(_with_items(_as_enum(rest), root, refs), nullable, refs)
    return None


def _with_items(spec: dict[str, Any], root: Json, refs: frozenset[str]) -> dict[str, Any]:
    """A list says through a reference, too, what its entries are."""
    items = resolve_subschema(spec["items"], root, refs) if isinstance(spec.get("items"), dict) else None
    return spec if items is None or items.nullable else {**spec, "items": items.keywords}


def _lookup(ref: object, root: Json) -> Json:
    if not isinstance(ref, str) or not ref.startswith("#"):
        return None
    found = root if ref == "#" else pointer.find(root, ref[1:])
    return None if found is UNSET else found


def _only_branch(spec: dict[str, Any]) -> dict[str, Any] | None:
    for word in ("allOf", "anyOf", "oneOf"):
        branches = spec.get(word)
        if isinstance(branches, list) and len(branches) == 1 and isinstance(branches[0], dict):
            return {**branches[0], **{key: item for key, item in spec.items() if key != word}}
    return None


def _without_null(spec: dict[str, Any]) -> dict[str, Any] | None:
    for word in ("anyOf", "oneOf"):
        branches = spec.get(word)
        if isinstance(branches, list) and {"type": "null"} in branches:
            return {**spec, word: [branch for branch in branches if branch != {"type": "null"}]}
    named = spec.get("type")
    if isinstance(named, list) and "null" in named:
        left = [name for name in named if name != "null"]
        return {**spec, "type": left[0] if len(left) == 1 else left}
    choices = spec.get("enum")
    if isinstance(choices, list) and None in choices:
        return {**spec, "enum": [choice for choice in choices if choice is not None]}
    return None


def _as_enum(spec: dict[str, Any]) -> dict[str, Any]:
    """`const`, and `oneOf` constants with titles, which is how schemas give options a label."""
    if "const" in spec:
        return {**spec, "enum": [spec["const"]]}
    for word in ("oneOf", "anyOf"):
        branches = spec.get(word)
        if (
            isinstance(branches, list)
            and branches
            and all(isinstance(b, dict) and "const" in b for b in branches)
        ):
            titles = [b.get("title") if isinstance(b.get("title"), str) else None for b in branches]
            return {**spec, "enum": [b["const"] for b in branches], "x-titles": titles}
    return spec


def _branch_types(spec: dict[str, Any]) -> set[object]:
    listed = [spec[word] for word in ("anyOf", "oneOf") if isinstance(spec.get(word), list)]
    branches = [branch for branches in listed for branch in branches if isinstance(branch, dict)]
    return {branch["type"] for branch in branches if isinstance(branch.get("type"), str)}

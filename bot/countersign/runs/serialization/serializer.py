"""The serializer of checkpoints, as `checkpointer.serde` of langgraph.json asks for it."""

from collections.abc import Iterable
from typing import Any, Literal

import ormsgpack
import structlog
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.serde import jsonplus
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from countersign.runs.project.config_sections import SerdeSection
from countersign.runs.serialization.own_types import OwnTypes, TypeName

log = structlog.get_logger()


class CheckpointSerializer(JsonPlusSerializer):
    """Keeps the type of a tool's artifact, which is lost where a message is stored as pydantic dumps it.

    What it writes, LangGraph's own serializer reads.
    """

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        if obj is None or isinstance(obj, bytes | bytearray):
            return super().dumps_typed(obj)
        try:
            return "msgpack", _pack(obj)
        except ormsgpack.MsgpackEncodeError:
            return super().dumps_typed(obj)  # which pickles it, or says what cannot be stored


def _pack(value: Any) -> bytes:
    return ormsgpack.packb(value, default=_extension, option=jsonplus._option)  # noqa: SLF001 -- its format


def _extension(value: Any) -> Any:
    if not isinstance(value, ToolMessage) or value.artifact is None:
        return jsonplus._msgpack_default(value)  # noqa: SLF001 -- its format
    fields = {**value.model_dump(exclude={"artifact"}), "artifact": value.artifact}
    cls = type(value)
    return ormsgpack.Ext(
        jsonplus.EXT_PYDANTIC_V2, _pack((cls.__module__, cls.__name__, fields, "model_validate_json"))
    )


def build_serializer(serde: SerdeSection | None, own: OwnTypes) -> tuple[JsonPlusSerializer, OwnTypes]:
    """The serializer, and the types that it may bring back beside those of a graph's own state."""
    given = serde or SerdeSection()
    options: dict[str, Any] = {}
    if "allowed_msgpack_modules" in given.model_fields_set:
        options["allowed_msgpack_modules"] = _listed(given.allowed_msgpack_modules, joined=True)
        if given.allowed_msgpack_modules in (None, False):
            own = OwnTypes(())
    serializer = CheckpointSerializer(
        pickle_fallback=given.pickle_fallback,
        allowed_json_modules=_listed(given.allowed_json_modules, joined=False),
        **options,
    )
    for setting, on in (
        ("allowed_msgpack_modules", given.allowed_msgpack_modules is True),
        ("allowed_json_modules", given.allowed_json_modules is True),
        ("pickle_fallback", given.pickle_fallback),
    ):
        if on:
            log.warning(
                "checkpoints_run_code",
                setting=f"checkpointer.serde.{setting}",
                text="Whoever can write to the database can make this process build any object.",
            )
    return serializer, own


def _listed(
    given: Iterable[Iterable[str]] | bool | None, *, joined: bool
) -> list[TypeName] | Literal[True] | None:
    """As LangGraph's serializer takes it. msgpack names a type by two words, its module's and its own."""
    if given is True:
        return True
    if not given:
        return None
    parts = [tuple(entry) for entry in given]
    return [(".".join(part[:-1]), part[-1]) for part in parts] if joined else parts

"""The serializer of checkpoints, as `checkpointer.serde` of langgraph.json asks for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import ormsgpack
import structlog
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.serde import jsonplus
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from countersign.encryption import CHECKPOINT_PLACE, ENCRYPTED_TYPE, EncryptionKeyMissing, KeyRing
from countersign.runs.project.config_sections import SerdeSection
from countersign.runs.serialization.own_types import OwnTypes, TypeName

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class InlineValue:
    """A text or number that is to be serialized although LangGraph would store it as it is."""

    value: Any


class CheckpointSerializer(JsonPlusSerializer):
    """Keeps the type of a tool's artifact, which pydantic's dump of a message loses.

    What it writes without a key ring, LangGraph's own serializer reads. With one it is encrypted, and its
    type ends in `+countersign`; what is not encrypted is still read.
    """

    key_ring: KeyRing | None = None

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        kind, data = self._dumps(obj)
        if self.key_ring is None or not data:
            return kind, data
        return kind + ENCRYPTED_TYPE, self.key_ring.encrypt(data, CHECKPOINT_PLACE)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """Raises EncryptionError."""
        kind, stored = data
        if kind.endswith(ENCRYPTED_TYPE):
            if self.key_ring is None:
                raise EncryptionKeyMissing("A checkpoint is encrypted, and ENCRYPTION_KEY is not set.")
            return super().loads_typed(
                (kind.removesuffix(ENCRYPTED_TYPE), self.key_ring.decrypt(bytes(stored), CHECKPOINT_PLACE))
            )
        return super().loads_typed(data)

    def _dumps(self, obj: Any) -> tuple[str, bytes]:
        obj = obj.value if isinstance(obj, InlineValue) else obj
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

"""What a button or form of a card carries: which row of which approval, and the question it was drawn for."""

import re
from dataclasses import dataclass
from uuid import UUID

from countersign.approvals.errors import CountersignError

VALUE_LIMIT = 2000  # characters of a button's value; private_metadata takes 3,000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ROW = re.compile(r"\d{1,4}")
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{1,30}")
_TS = re.compile(r"\d{1,12}\.\d{1,9}")


class InvalidReference(CountersignError):
    """This button does not say what it is for. Nothing was done; please use the card in the thread."""


@dataclass(frozen=True, kw_only=True)
class CardReference:
    """`<approval>.<row>.<digest>`: ids only. It comes back as whoever sends the click pleases."""

    approval_id: UUID
    row: int
    digest: str

    def pack(self) -> str:
        packed = f"{self.approval_id}.{self.row}.{self.digest}"
        if len(packed) > VALUE_LIMIT:
            raise ValueError(f"a button's value of {len(packed)} characters")
        return packed

    @classmethod
    def unpack(cls, value: object) -> "CardReference":
        """Raises `InvalidReference` for anything that `pack` does not write."""
        parts = value.split(".") if isinstance(value, str) and len(value) <= VALUE_LIMIT else []
        if len(parts) != 3 or not _ROW.fullmatch(parts[1]) or not _DIGEST.fullmatch(parts[2]):
            raise InvalidReference
        return cls(approval_id=_uuid(parts[0]), row=int(parts[1]), digest=parts[2])


@dataclass(frozen=True, kw_only=True)
class ModalReference:
    """`<card ref>/<channel>/<message ts>/<page>`: a modal does not know where it was opened from."""

    card: CardReference
    channel: str
    message_ts: str
    page: int = 0

    def pack(self) -> str:
        return f"{self.card.pack()}/{self.channel}/{self.message_ts}/{self.page}"

    @classmethod
    def unpack(cls, value: object) -> "ModalReference":
        """Raises `InvalidReference`."""
        parts = value.split("/") if isinstance(value, str) and len(value) <= VALUE_LIMIT else []
        if len(parts) != 4 or not _CHANNEL.fullmatch(parts[1]) or not _TS.fullmatch(parts[2]):
            raise InvalidReference
        if not _ROW.fullmatch(parts[3]):
            raise InvalidReference
        return cls(
            card=CardReference.unpack(parts[0]), channel=parts[1], message_ts=parts[2], page=int(parts[3])
        )


def _uuid(text: str) -> UUID:
    try:
        parsed = UUID(text)
    except ValueError:
        raise InvalidReference from None
    if str(parsed) != text:
        raise InvalidReference
    return parsed

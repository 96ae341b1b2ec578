"""What a button or form of a card carries: which row of which approval, and the question it was drawn for."""

import re
from dataclasses import dataclass
from uuid import UUID

from countersign.approvals.errors import CountersignError

LIMIT = 2000  # characters of a button's value; private_metadata takes 3,000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ROW = re.compile(r"\d{1,4}")
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{1,30}")
_TS = re.compile(r"\d{1,12}\.\d{1,9}")


class BadButton(CountersignError):
    """This button does not say what it is for. Nothing was done; please use the card in the thread."""


@dataclass(frozen=True, kw_only=True)
class CardRef:
    """`<approval>.<row>.<digest>`: ids only. It comes back as whoever sends the click pleases."""

    approval_id: UUID
    row: int
    digest: str

    def pack(self) -> str:
        packed = f"{self.approval_id}.{self.row}.{self.digest}"
        if len(packed) > LIMIT:
            raise ValueError(f"a button's value of {len(packed)} characters")
        return packed

    @classmethod
    def unpack(cls, value: object) -> "CardRef":
        """Raises `BadButton` for anything that `pack` does not write."""
        parts = value.split(".") if isinstance(value, str) and len(value) <= LIMIT else []
        if len(parts) != 3 or not _ROW.fullmatch(parts[1]) or not _DIGEST.fullmatch(parts[2]):
            raise BadButton
        return cls(approval_id=_uuid(parts[0]), row=int(parts[1]), digest=parts[2])


@dataclass(frozen=True, kw_only=True)
class ModalRef:
    """`<card ref>/<channel>/<message ts>/<page>`: a modal does not know where it was opened from."""

    card: CardRef
    channel: str
    message_ts: str
    page: int = 0

    def pack(self) -> str:
        return f"{self.card.pack()}/{self.channel}/{self.message_ts}/{self.page}"

    @classmethod
    def unpack(cls, value: object) -> "ModalRef":
        """Raises `BadButton`."""
        parts = value.split("/") if isinstance(value, str) and len(value) <= LIMIT else []
        if len(parts) != 4 or not _CHANNEL.fullmatch(parts[1]) or not _TS.fullmatch(parts[2]):
            raise BadButton
        if not _ROW.fullmatch(parts[3]):
            raise BadButton
        return cls(card=CardRef.unpack(parts[0]), channel=parts[1], message_ts=parts[2], page=int(parts[3]))


def _uuid(text: str) -> UUID:
    try:
        parsed = UUID(text)
    except ValueError:
        raise BadButton from None
    if str(parsed) != text:
        raise BadButton
    return parsed

"""References in a card's buttons and forms: the approval, its rows, and the digest that was shown."""

import base64
import binascii
import re
from dataclasses import dataclass
from uuid import UUID

from countersign.approvals.errors import CountersignError

NO_CARD = "0.0"  # in place of a card's ts: the button is in an inbox
VALUE_LIMIT = 2000  # characters of a button's value; private_metadata takes 3,000
MAX_ROWS = 100  # rows in one reference
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ROW = re.compile(r"0|[1-9][0-9]{0,3}")
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{1,30}")
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")


class InvalidReference(CountersignError):
    """This button is no longer valid. Use the newest card in the thread."""


@dataclass(frozen=True, kw_only=True)
class CardReference:
    """`<approval>.<row>.<digest>`: ids only. Untrusted when it comes back."""

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
        approval_id, rows, digest = _split(value)
        if not _ROW.fullmatch(rows):
            raise InvalidReference
        return cls(approval_id=approval_id, row=int(rows), digest=digest)


@dataclass(frozen=True, kw_only=True)
class RowsReference:
    """`<approval>.<row>,<row>,....<digest>`: the rows that one button decides together."""

    approval_id: UUID
    rows: tuple[int, ...]
    digest: str

    def pack(self) -> str:
        return f"{self.approval_id}.{','.join(map(str, self.rows))}.{self.digest}"

    @classmethod
    def unpack(cls, value: object) -> "RowsReference":
        """Raises `InvalidReference` for anything that `pack` does not write."""
        approval_id, rows, digest = _split(value)
        numbers = rows.split(",")
        if len(numbers) > MAX_ROWS or not all(_ROW.fullmatch(number) for number in numbers):
            raise InvalidReference
        return cls(approval_id=approval_id, rows=tuple(map(int, numbers)), digest=digest)


@dataclass(frozen=True, kw_only=True)
class ModalReference:
    """`<card ref>/<channel>/<message ts>/<page>`: a modal does not know where it was opened from.

    If it was opened from a list, the list's response_url follows in base64.
    """

    card: CardReference
    channel: str
    message_ts: str
    page: int = 0
    list_url: str = ""

    def pack(self) -> str:
        packed = f"{self.card.pack()}/{self.channel}/{self.message_ts}/{self.page}"
        if not self.list_url:
            return packed
        return f"{packed}/{base64.urlsafe_b64encode(self.list_url.encode()).decode()}"

    @classmethod
    def unpack(cls, value: object) -> "ModalReference":
        """Raises `InvalidReference`."""
        parts = value.split("/") if isinstance(value, str) and len(value) <= VALUE_LIMIT else []
        if len(parts) not in {4, 5} or not _CHANNEL.fullmatch(parts[1]) or not _TS.fullmatch(parts[2]):
            raise InvalidReference
        if not _ROW.fullmatch(parts[3]):
            raise InvalidReference
        return cls(
            card=CardReference.unpack(parts[0]),
            channel=parts[1],
            message_ts=parts[2],
            page=int(parts[3]),
            list_url=_address(parts[4]) if len(parts) == 5 else "",
        )


def _address(encoded: str) -> str:
    try:
        return base64.urlsafe_b64decode(encoded).decode()
    except (binascii.Error, ValueError):
        raise InvalidReference from None


def approval_in(value: object) -> UUID:
    """The approval id of either kind of reference. Raises `InvalidReference`."""
    approval_id, _, _ = _split(value)
    return approval_id


def _split(value: object) -> tuple[UUID, str, str]:
    parts = value.split(".") if isinstance(value, str) and len(value) <= VALUE_LIMIT else []
    if len(parts) != 3 or not _DIGEST.fullmatch(parts[2]):
        raise InvalidReference
    return _uuid(parts[0]), parts[1], parts[2]


def _uuid(text: str) -> UUID:
    try:
        parsed = UUID(text)
    except ValueError:
        raise InvalidReference from None
    if str(parsed) != text:
        raise InvalidReference
    return parsed

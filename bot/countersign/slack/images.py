"""An outgoing image, decoded and checked: what is posted as a file, or why it cannot be."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from countersign.approvals.errors import CountersignError
from countersign.flow.messages.outgoing import IMAGE_LIMIT
from countersign.i18n import N_, _

_TOO_LARGE = N_("The agent's image is too large to post: it has {size:.1f} MB, and {limit} MB is the limit.")
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/svg+xml": "svg",
    "image/tiff": "tiff",
}
_SIGNATURES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"RIFF": "webp", b"BM": "bmp"}


class UnusableImage(CountersignError):
    """This image can't be posted."""


@dataclass(frozen=True, kw_only=True)
class ImageFile:
    name: str
    content: bytes


def image_file(key: str, body: Mapping[str, Any]) -> ImageFile:
    """The file of an image's outbox row, with a name that no other row has. Raises UnusableImage."""
    data = "".join(str(body.get("data") or "").split())
    size = int(body.get("size") or len(data) * 3 // 4)
    if size > IMAGE_LIMIT:
        raise UnusableImage(_(_TOO_LARGE).format(size=size / (1 << 20), limit=IMAGE_LIMIT >> 20))
    try:
        content = base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise UnusableImage(_("The agent's image can't be posted: its content is not base64."))
    extension = _EXTENSIONS.get(str(body.get("mime") or "").lower()) or _by_content(content)
    return ImageFile(
        name=f"image-{hashlib.sha256(key.encode()).hexdigest()[:12]}.{extension}", content=content
    )


def _by_content(content: bytes) -> str:
    return next((each for start, each in _SIGNATURES.items() if content.startswith(start)), "bin")

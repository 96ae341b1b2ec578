"""Screenshots made small: a PNG of true colours as one with a palette, less than half its size."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 256
_KINDS = {2: 3, 6: 4}  # colour type -> bytes of a pixel: RGB, and RGB with alpha

Pixel = tuple[int, int, int]


def with_palette(png: bytes) -> bytes:
    """The same picture in at most 256 colours; the rarest are taken for the nearest of the others.

    Takes what Chromium writes: 8 bits a channel, not interlaced. Transparency is dropped.
    """
    chunks = dict(_merged(png))
    width, height, depth, kind, *_, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert depth == 8
    assert not interlaced
    rows = [
        _pixels(row, _KINDS[kind]) for row in _rows(zlib.decompress(chunks[b"IDAT"]), width, _KINDS[kind])
    ]
    counted = Counter(pixel for row in rows for pixel in row)
    palette = [pixel for pixel, _ in counted.most_common(_COLOURS)]
    places = {pixel: at for at, pixel in enumerate(palette)}
    for pixel in counted:
        if pixel not in places:
            places[pixel] = _nearest(pixel, palette)
    lines = b"".join(b"\0" + bytes(places[pixel] for pixel in row) for row in rows)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(bytes(pixel) for pixel in palette)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _merged(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks by name, those of the picture's data as one."""
    assert png.startswith(_SIGNATURE)
    at, data = len(_SIGNATURE), b""
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        at += length + 12
        if name == b"IDAT":
            data += body
        else:
            yield name, body
    yield b"IDAT", data


def _rows(data: bytes, width: int, size: int) -> Iterator[bytes]:
    """Undo the filters of the PNG specification (part 9), which foretell a byte by its neighbours."""
    stride = width * size
    above = bytearray(stride)
    for start in range(0, len(data), stride + 1):
        row = bytearray(data[start + 1 : start + 1 + stride])
        match data[start]:
            case 1:
                for i in range(size, stride):
                    row[i] = (row[i] + row[i - size]) & 255
            case 2:
                row = bytearray((x + up) & 255 for x, up in zip(row, above, strict=True))
            case 3:
                for i in range(stride):
                    left = row[i - size] if i >= size else 0
                    row[i] = (row[i] + (left + above[i]) // 2) & 255
            case 4:
                for i in range(stride):
                    left, corner = (row[i - size], above[i - size]) if i >= size else (0, 0)
                    row[i] = (row[i] + _paeth(left, above[i], corner)) & 255
        yield bytes(row)
        above = row


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]


def _pixels(row: bytes, size: int) -> list[Pixel]:
    return list(zip(row[0::size], row[1::size], row[2::size], strict=True))


def _nearest(pixel: Pixel, palette: list[Pixel]) -> int:
    def distance(at: int) -> int:
        return sum((one - other) ** 2 for one, other in zip(pixel, palette[at], strict=True))

    return min(range(len(palette)), key=distance)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

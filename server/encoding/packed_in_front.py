"""MessagePack that is damaged, or cut off: what stands in front of that place can be read."""

from collections.abc import Iterator

MOST_VALUES = 128
"""Are walked over, with those in others: this is Python, and whoever sends damage may go on."""

LONGEST_TEXT = 512
"""Bytes of a text that is read; a longer one is none of those that are asked for."""

_PLAIN = {
    0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8,
    0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17,
}  # fmt: skip
"""First byte -> how many follow."""

_SIZED = {
    0xC4: (1, 0), 0xC5: (2, 0), 0xC6: (4, 0), 0xC7: (1, 1), 0xC8: (2, 1), 0xC9: (4, 1),
    0xD9: (1, 0), 0xDA: (2, 0), 0xDB: (4, 0),
}  # fmt: skip
"""First byte -> bytes of the length, and of what follows beside so many."""

_HOLDING = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
"""First byte -> bytes of the count, and values to each."""

NIL = 0xC0


class _Damaged(Exception):
    pass


def packed_fields_in_front(data: bytes) -> Iterator[tuple[str, object]]:
    """The fields before the place that cannot be read: texts, None for nil, True for all others."""
    try:
        at, size, inside = _head(data, 0)
        if size or not _is_map(data[0]):
            return
        left = MOST_VALUES
        for _ in range(inside // 2):
            name, at, left = _read(data, at, left)
            value, at, left = _read(data, at, left)
            if isinstance(name, str):
                yield name, value
    except _Damaged:
        return


def _is_map(first: int) -> bool:
    return 0x80 <= first <= 0x8F or first in (0xDE, 0xDF)


def _is_text(first: int) -> bool:
    return 0xA0 <= first <= 0xBF or first in (0xD9, 0xDA, 0xDB)


def _read(data: bytes, start: int, left: int) -> tuple[object, int, int]:
    """A value, where it ends, and how many more may be walked over."""
    at, size, inside = _head(data, start)
    content = data[at : at + min(size, LONGEST_TEXT + 1)]
    at, awaited = at + size, inside
    while awaited and left:
        at, size, inside = _head(data, at)
        at += size
        awaited += inside - 1
        left -= 1
    if at > len(data) or left <= 0:
        raise _Damaged
    return _value(data[start], content), at, left - 1


def _value(first: int, content: bytes) -> object:
    if not _is_text(first):
        return None if first == NIL else True
    try:
        return content.decode() if len(content) <= LONGEST_TEXT else True
    except UnicodeDecodeError:
        return True


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Of the value there: where its head ends, its bytes behind that, and the values in it."""
    if at >= len(data):
        raise _Damaged
    first = data[at]
    at += 1
    if first <= 0x7F or first >= 0xE0:
        return at, 0, 0
    if first <= 0x8F:
        return at, 0, 2 * (first & 0x0F)
    if first <= 0x9F:
        return at, 0, first & 0x0F
    if first <= 0xBF:
        return at, first & 0x1F, 0
    if first in _PLAIN:
        return at, _PLAIN[first], 0
    width, more = _SIZED.get(first) or _HOLDING.get(first) or (0, 0)
    if not width or at + width > len(data):
        raise _Damaged  # also 0xc1, which is nothing
    number, at = int.from_bytes(data[at : at + width], "big"), at + width
    return (at, number + more, 0) if first in _SIZED else (at, 0, number * more)

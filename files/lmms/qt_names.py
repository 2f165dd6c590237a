"""Names of plug-ins that older LMMS files keep in base64, as Qt writes variants."""

import base64
import binascii
import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _TypeNumbers:
    """Those of one version of Qt."""

    list_type: int
    text_type: int
    text_list_type: int
    null_bytes: int
    """After each type: whether the value is null."""


_QT_3 = _TypeNumbers(list_type=2, text_type=3, text_list_type=4, null_bytes=0)
_QT_4 = _TypeNumbers(list_type=9, text_type=10, text_list_type=11, null_bytes=1)
_NULL_TEXT = 0xFFFFFFFF


def names_in(packed_text: str) -> list[str]:
    """What follows the title: the plug-in and its file, or the file alone."""
    try:
        content = base64.b64decode(packed_text, validate=False)
        for numbers in (_QT_3, _QT_4):
            if content[:4] == struct.pack(">I", numbers.list_type):
                return _QtReader(content, numbers).names()
    except (binascii.Error, struct.error, ValueError):
        pass
    return []


class _QtReader:
    """Reads a list of a text and of a text or texts."""

    def __init__(self, content: bytes, numbers: _TypeNumbers) -> None:
        self._content = content
        self._numbers = numbers
        # Of the next byte to read; the type of the list itself is known.
        self._offset = 4 + numbers.null_bytes

    def names(self) -> list[str]:
        items = [self._variant() for _ in range(min(self._number(), 2))]
        return [name for name in items[1] if name] if len(items) > 1 else []

    def _variant(self) -> list[str]:
        type_number = self._number()
        self._offset += self._numbers.null_bytes
        if type_number == self._numbers.text_type:
            return [self._text()]
        if type_number == self._numbers.text_list_type:
            return [self._text() for _ in range(min(self._number(), 2))]
        return []

    def _number(self) -> int:
        (value,) = struct.unpack_from(">I", self._content, self._offset)
        self._offset += 4
        return int(value)

    def _text(self) -> str:
        size = self._number()
        if size == _NULL_TEXT:
            return ""
        text = self._content[self._offset : self._offset + size].decode("utf-16-be", "replace")
        self._offset += size
        return text

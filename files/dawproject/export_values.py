"""What the parts of the DAWproject export share: values as text, and ids."""

import re
from collections.abc import Mapping

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def numeral(value: object) -> str:
    """A number as xs:double reads it back, digit for digit."""
    assert isinstance(value, int | float)
    return repr(float(value))


def whole(value: object) -> str:
    """A number of a field of whole ones, which may be kept as a float."""
    assert isinstance(value, int | float)
    return str(int(value))


def flag(value: object) -> str:
    """An XML boolean."""
    return "true" if value else "false"


def writable(text: str) -> str:
    """The text without what XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)


class Ids:
    """XML ids: short, for an xs:ID may not begin with a digit as ours do."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._count = 0

    def new(self) -> str:
        """One that nothing else refers to."""
        self._count += 1
        return f"id{self._count}"

    def of(self, name: str) -> str:
        """The same each time for an entity's id, a parameter's path, or another name."""
        if name not in self._ids:
            self._ids[name] = self.new()
        return self._ids[name]

    def known(self) -> Mapping[str, str]:
        """Entity or path -> its id."""
        return self._ids

    def forget(self, name: str) -> None:
        """It is not in the file after all."""
        self._ids.pop(name, None)

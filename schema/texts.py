"""Kinds of texts: what may stand in a name that others are shown, and what in a longer text."""

_NOT_SHOWN = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
"""Control characters, line ends, and what turns the direction of the text around it."""

SHOWN = rf"^[^{_NOT_SHOWN}]*\Z"
"""The pattern of a text that others are shown: a name, a device, a tag (rule E8)."""

SHOWN_NOT_EMPTY = rf"^[^{_NOT_SHOWN}]+\Z"

STORED = r"^[^\x00]*\Z"
"""The pattern of a text that is written to the database, which cannot hold a NUL (rule E7)."""

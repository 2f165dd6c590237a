"""What an error repeats of a client's own words: enough to find them, and nothing nobody sees."""

import re

MOST_OF_A_WORD = 64
"""Characters of a name or a value that are repeated."""

MOST_OF_A_PLACE = 200
"""Of a place, which may hold several names."""

MOST_OF_ALL = 1_500
"""Of a whole sentence: a list of what is allowed is within it."""

CUT = "\u2026"
"""In the place of what is left out."""

UNSEEN = "\ufffd"
"""In the place of a control character, or of one that turns the direction of text round."""

_UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]"
)
_QUOTED = re.compile(r"`[^`]*`")
_LONG_VALUE = re.compile(rf"(?<= value ')([^']{{{MOST_OF_A_WORD}}})[^']+")


def readable(reason: str) -> str:
    """What a decoder said, of which both ends are kept: to look through a megabyte takes long."""
    if len(reason) <= 2 * MOST_OF_ALL:
        return reason
    return f"{reason[:MOST_OF_ALL]}{CUT}{reason[-MOST_OF_ALL:]}"


def repeated(sentence: str) -> str:
    """A sentence in which what stands between quotes is cut where it is long."""
    if len(sentence) > MOST_OF_A_WORD:
        sentence = _QUOTED.sub(_cut, sentence)
        sentence = _LONG_VALUE.sub(rf"\1{CUT}", sentence)
        if len(sentence) > MOST_OF_ALL:
            sentence = sentence[:MOST_OF_ALL] + CUT
    return _UNSEEN.sub(UNSEEN, sentence)


def _cut(quoted: re.Match[str]) -> str:
    word = quoted[0][1:-1]
    most = MOST_OF_A_PLACE if word.startswith("$") else MOST_OF_A_WORD
    return quoted[0] if len(word) <= most else f"`{word[:most]}{CUT}`"


def repeated_place(place: str) -> str:
    """A place, as `details.field` has it."""
    if len(place) > MOST_OF_A_PLACE:
        place = place[:MOST_OF_A_PLACE] + CUT
    return _UNSEEN.sub(UNSEEN, place)

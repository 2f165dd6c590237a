"""Kinds of texts: what may stand in a name that others are shown, and what in a longer text.

The forms by Unicode: what is invisible by UTS 39 (identifiers), joiners by RFC 5892, appendix A,
as far as one can say it of the character before; the form NFC by RFC 8264.
"""

import re
from unicodedata import category, normalize

from schema.text.id_beginnings import FEWEST

OF_EVERY_OBJECT = frozenset(
    {
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "prototype",
        "toLocaleString",
        "toString",
        "valueOf",
    }
)
"""Names of what every JavaScript object has: as a key of a map they break clients (rule E13)."""

_OTHER_THAN_THOSE = rf"(?!(?:{'|'.join(sorted(OF_EVERY_OBJECT))})$)"

_CONTROL = r"\x00-\x1f\x7f-\x9f"
_CONTROL_BUT_TAB_AND_LINE_ENDS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_NO_CHARACTER = r"\ufdd0-\ufdef\ufffe\uffff"
_INVISIBLE = (
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u200b\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    r"\ufff0-\ufffb" + "\U00013430-\U00013455\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)
"""Format characters that nobody sees, line ends, and what turns the direction of text round."""

_BLANK = (
    r" \u00a0\u061c\u1680\u180b-\u180f\u2000-\u200a\u200c-\u200f\u202f\u205f\u2800\u3000"
    r"\ufe00-\ufe0f" + "\U00016fe4\U0001d159\U000e0020-\U000e007f\U000e0100-\U000e01ef"
)
"""What may stand in a name and shows nothing by itself: spaces, joiners, marks of direction."""

_LETTERS_THAT_JOIN = (
    r"\u0600-\u1fff\ua800-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
"""Blocks of scripts that write with joiners, from Arabic to those of India and Mongolia."""

_PICTURES = r"\u00a9\u00ae\u203c-\u3299" + "\U0001f000-\U0001faff"
_IDEOGRAPHS = r"\u2e80-\u9fff\uf900-\ufaff" + "\U00020000-\U0003fffd"

_KHITAN = "\U00018b00-\U00018cff"

_OUT_OF_PLACE = "|".join(
    (
        rf"(?<![{_LETTERS_THAT_JOIN}])[\u180b-\u180f\u200c]",
        rf"(?<![{_LETTERS_THAT_JOIN}{_PICTURES}\ufe0f])\u200d",
        rf"(?<=[{_PICTURES}\ufe0f])\u200d(?![{_PICTURES}])",
        r"(?:^|(?<=[\s\u180b-\u180f\u200c\u200d\ufe00-\ufe0f]))[\ufe00-\ufe0f]",
        rf"(?<![{_KHITAN}]){chr(0x16FE4)}",
        rf"(?<![{_IDEOGRAPHS}])[{chr(0xE0100)}-{chr(0xE01EF)}]",
        "(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0020-\U000e007f]",
        "[\U000e0020-\U000e007e](?![\U000e0020-\U000e007f])",
    )
)
"""Joiners, fillers, variation selectors and tags where they join, fill, vary or tag nothing."""

_NOT_ASCII = rf"(?!.*(?:{_OUT_OF_PLACE}))[^{_CONTROL}{_INVISIBLE}{_NO_CHARACTER}]"

_SEEN = rf"(?= *[!-~])[ -~]+|(?=[{_BLANK}]*[^{_BLANK}]){_NOT_ASCII}+"

SHOWN = rf"^(?:{_SEEN})?\Z"
"""The pattern of a text that others are shown: a name, a device, a tag (rule E8)."""

SHOWN_NOT_EMPTY = rf"^(?:{_SEEN})\Z"

STORED = rf"^[^{_CONTROL_BUT_TAB_AND_LINE_ENDS}{_NO_CHARACTER}]*\Z"
"""The pattern of a longer text, as a description: it may have lines and tabs (rule E14)."""

DELTA_ID = rf"^{_OTHER_THAN_THOSE}[A-Za-z0-9_-]{{8,64}}\Z"
PROJECT_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
ID_BEGINNING = r"^[0-9A-Fa-f]{4}[0-9A-Fa-f-]{0,32}\Z"
"""The pattern of an id as an operator types it: the end may be left out, capitals are taken."""
ENTITY_ID = r"^([A-Za-z0-9_-]{8,36}|project)\Z"
"""Also of what the journal holds: names of E13 are refused where an op is proposed."""

ADDRESS = rf"^[Hh][Tt][Tt][Pp][Ss]?://[^\s{_CONTROL}{_NO_CHARACTER}]+\Z"
"""The pattern of an address that others' programs open: of the web, and of nothing that runs."""

EMAIL = r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+\Z"
USERNAME = rf"^{_OTHER_THAN_THOSE}[A-Za-z0-9_.-]{{2,32}}\Z"
SIGNATURE = r"^([1-9]|[1-5][0-9]|6[0-4])/(1|2|4|8|16|32)\Z"
MAP_KEY = rf"^{_OTHER_THAN_THOSE}(?!__)[^{_CONTROL}{_NO_CHARACTER}]+\Z"
"""The pattern of a key in a map of a client's own, as the parameters of a preset (rule Q8)."""

MEMBER_ID = r"^[0-9a-f]{1,64}\Z"
MEMBER_ID_TYPED = r"^[0-9A-Fa-f]{1,64}\Z"
"""As an operator types one: capitals are taken."""
DIGEST = r"^[0-9a-f]{16}\Z"
CONTENT_HASH = r"^[0-9a-f]{64}\Z"

_NOT_IN_SHOWN = (
    "control characters, line ends, invisible characters and what turns the direction of text "
    "round are not allowed, nor a text of nothing but spaces"
)
_OR_OF_AN_OBJECT = "and no name that every JavaScript object has, as constructor"

UUID_IN_WORDS = "a UUID: 36 characters, small letters and hyphens"

IN_WORDS = {
    SHOWN: _NOT_IN_SHOWN,
    SHOWN_NOT_EMPTY: f"it must not be empty; {_NOT_IN_SHOWN}",
    STORED: "control characters are not allowed, but for tabs and line ends",
    DELTA_ID: (
        f"the id of a delta is 8 to 64 characters: letters, digits, _ and -, {_OR_OF_AN_OBJECT}"
    ),
    PROJECT_ID: f"an id here is {UUID_IN_WORDS}",
    ID_BEGINNING: (
        "an id here is a UUID: 36 characters, digits, letters in either case and hyphens, or its "
        f"first {FEWEST} characters or more"
    ),
    ENTITY_ID: "an entity's id is 8 to 36 characters: letters, digits, _ and -",
    ADDRESS: "an address here begins with https:// or http:// and has no spaces",
    EMAIL: "an address looks like name@example.org, without spaces",
    USERNAME: (
        f"a username is 2 to 32 characters: letters, digits, _, . and -, {_OR_OF_AN_OBJECT}"
    ),
    SIGNATURE: "a signature is like 4/4: 1 to 64 over 1, 2, 4, 8, 16 or 32",
    MAP_KEY: (
        "a key of a map is not empty, holds no control characters and does not begin with __, "
        f"{_OR_OF_AN_OBJECT}"
    ),
    MEMBER_ID: "a member's id is 1 to 64 characters: 0 to 9 and a to f",
    MEMBER_ID_TYPED: "a member's id is 1 to 64 characters: 0 to 9 and a to f, or A to F",
    DIGEST: "a digest is 16 characters: 0 to 9 and a to f",
    CONTENT_HASH: "a hash is a SHA-256: 64 characters, 0 to 9 and a to f",
}
"""What each pattern asks for, as a sentence for who has sent another text."""


def in_words(message: str) -> str:
    """What msgspec says of a text that does not match, without the pattern."""
    before, is_pattern, after_pattern = message.partition(_NO_MATCH)
    if not is_pattern:
        return message
    for pattern, words in IN_WORDS.items():
        shown_pattern = repr(pattern)
        if after_pattern.startswith(shown_pattern):
            return before + words + after_pattern.removeprefix(shown_pattern)
    return message


_NO_MATCH = "Expected `str` matching regex "


def in_nfc(text: str) -> str:
    """The text as everybody spells it: an umlaut is one character (rule E8)."""
    return text if text.isascii() else normalize("NFC", text)


def in_password_form(password: str) -> str:
    """A password as it is hashed, whoever typed it: OpaqueString of RFC 8265 (rule A7)."""
    if password.isascii():
        return password
    return in_nfc(
        "".join(" " if category(character) == "Zs" else character for character in password)
    )


def holds_unseen(password: str) -> bool:
    """Whether it has what OpaqueString of RFC 8265 leaves out and nobody sees (rule A22)."""
    return _NOT_IN_NAME.search(password) is not None


def problem_with_name(name: str) -> str | None:
    """What is wrong with a name that others are shown, in words, or None (rule E8)."""
    if not _SHOWN.match(name):
        return _NOT_IN_SHOWN
    return None if name.isascii() else problem_with_characters(name)


def is_all_seen(text: str) -> bool:
    """Whether each character shows something: no joiner, no variation selector, no blank."""
    return text.isascii() or _SHOWS_NOTHING.search(text) is None


def problem_with_characters(name: str) -> str | None:
    """What no pattern says of a name that matches it: by what Unicode knows of each character.

    As far as the Unicode of this Python goes: what was given out later is not known yet.
    """
    is_blank = True  # before the first character stands nothing that a mark could stand on
    for character in name:
        kind = category(character)
        if kind == "Cn" and not _PICTURE.match(character):
            return f"U+{ord(character):04X} is no character that Unicode has given out"
        if kind == "Cf" and character not in _FORMATS_THAT_ARE_SEEN and _SHOWS.match(character):
            return f"U+{ord(character):04X} is a format character that nobody sees"
        if kind[0] == "M" and is_blank and _SHOWS.match(character):
            return f"U+{ord(character):04X} is a mark that stands on nothing"
        if kind[0] != "M" and kind != "Cf":  # these belong to what is before them
            is_blank = not _SHOWS.match(character)
    return None


def nearest_name(text: str, most: int) -> str:
    """What is left of a text as a name that others are shown; perhaps nothing."""
    name = _NOT_IN_NAME.sub(" ", in_nfc(text)).strip()[:most]
    while _SHOWS.search(name):
        problem = problem_with_name(name)
        if not problem:
            return name.strip()
        match = _CODE_POINT.match(problem)
        if match:
            name = name.replace(chr(int(match[1], 16)), "")
        else:
            name = _OUT_OF_PLACE_IN_NAME.sub("", name)
    return ""


def problem_with_text(text: str) -> str | None:
    """What is wrong with a text of the project, as the rest of a sentence, or None (rule E14)."""
    if text.isprintable():
        return None
    if _NOT_IN_TEXT.search(text):
        return "must not hold control characters, but for tabs and line ends"
    if not _is_closed(text):
        return (
            "must end what turns the direction of text round (U+202A to U+202E, U+2066 to U+2069)"
        )
    return None


def without_problems(text: str) -> str:
    """The nearest text that `problem_with_text` finds nothing wrong with."""
    text = _NOT_IN_TEXT.sub("\ufffd", text)
    return text if _is_closed(text) else _DIRECTION.sub("", text)


_SHOWN = re.compile(SHOWN)
_SHOWS = re.compile(rf"[^{_BLANK}]")
_SHOWS_NOTHING = re.compile(rf"[{_BLANK}{_INVISIBLE}]")
_PICTURE = re.compile("[\U0001f000-\U0001faff]")
"""Blocks where new emoji come with each version of Unicode."""

_FORMATS_THAT_ARE_SEEN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Signs around numbers and words: Prepended_Concatenation_Mark of Unicode."""

_CODE_POINT = re.compile(r"U\+([0-9A-F]{4,6}) is ")
_NOT_IN_NAME = re.compile(rf"[{_CONTROL}{_INVISIBLE}{_NO_CHARACTER}]+")
_OUT_OF_PLACE_IN_NAME = re.compile(_OUT_OF_PLACE)
_NOT_IN_TEXT = re.compile(rf"[{_CONTROL_BUT_TAB_AND_LINE_ENDS}{_NO_CHARACTER}]")
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def _is_closed(text: str) -> bool:
    """Whether each embedding, override and isolate has its own end, one inside the other."""
    open_: list[str] = []
    for mark in _DIRECTION.findall(text):
        if mark in "\u202c\u2069":
            if not open_ or open_.pop() != mark:
                return False
        else:
            open_.append("\u2069" if mark >= "\u2066" else "\u202c")
    return not open_

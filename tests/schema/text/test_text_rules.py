"""Names and texts as they are mended, where nobody can be asked."""

import itertools
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.text.text_rules import (
    in_nfc,
    nearest_name,
    problem_with_name,
    problem_with_text,
    without_problems,
)

ODD = (
    "ab \n\t\u200d\u200c\ufe0f\u202e\u202c\u2067\u2069\u200b"
    "\u00a0\u200e\u2800\u0308\u180b\u0645\U0001f469\U0001f3f4\U000e0067\U000e007f"
)
TEXTS = st.one_of(st.text(max_size=30), st.text(ODD, max_size=14))


@given(TEXTS)
def test_E8_a_mended_name_is_one_and_a_good_one_stays(text: str) -> None:
    name = nearest_name(text, 12)
    assert problem_with_name(name) is None
    assert len(name) <= 12
    if problem_with_name(text) is None and len(in_nfc(text)) <= 12:
        assert name == in_nfc(text).strip()


UNSEEN = (
    *("\U00016fe4", "\U00013441", "\U00013442", "\U00013430", "\U0001343f"),
    *("\u0378", "\U000105ff", "\U000e1000", "\ufffb", "\u2065", "\u180e"),
)
"""A filler, blanks and controls of hieroglyphs, and what was never given out."""


@pytest.mark.parametrize("bad", UNSEEN, ids=ascii)
def test_E8_no_name_holds_what_shows_nothing(bad: str) -> None:
    for name in (bad, f"a{bad}", f"{bad}a", f"a{bad}b", f"a {bad}"):
        assert problem_with_name(name), ascii(name)


@pytest.mark.parametrize("mark", ["\u0301", "\u0308", "\u20dd", "\u0903", "\u3099"], ids=ascii)
def test_E8_a_mark_stands_on_something(mark: str) -> None:
    for name in (mark, mark * 2, f"a {mark}", f"{mark}a", f"\u2800{mark}"):
        assert problem_with_name(name), ascii(name)
    for name in (f"a{mark}", f"a{mark * 2}", f"1{mark} b"):
        assert problem_with_name(name) is None, ascii(name)


GOOD = (
    "\U0001fae9 \U0001f6d8",  # emoji that this Unicode may not know yet
    "\u0600\u0661\u0662",  # an Arabic sign in front of a number
    "\U00013000\U00013001",
    "\U00018b00\U00016fe4\U00018b01",  # a filler in a word of the small script of the Khitan
    "\u0e01\u0e34\u0e19 1\ufe0f\u20e3 \uf8ff",
)


@pytest.mark.parametrize("name", GOOD, ids=ascii)
def test_E8_names_of_all_scripts_and_new_pictures_are_names(name: str) -> None:
    assert problem_with_name(name) is None


IGNORABLE = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8)),
    *((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
"""Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties.txt), from and to."""


def test_E8_what_stands_alone_as_a_name_is_seen() -> None:
    """Every code point, but for those of the blocks of Han and Hangul, which are alike."""
    ranges = (range(0x3400), range(0xA000, 0xAC00), range(0xD7A4, 0x20000), range(0xE0000, 0xE2000))
    ignorable = {one for first, last in IGNORABLE for one in range(first, last + 1)}
    wrong = []
    for one in itertools.chain(*ranges):
        if 0xD800 <= one <= 0xDFFF or problem_with_name(chr(one)):
            continue
        kind = category(chr(one))
        is_picture = 0x1F000 <= one <= 0x1FAFF
        if one in ignorable or kind[0] in "ZM" or (kind in ("Cn", "Cc") and not is_picture):
            wrong.append(hex(one))
    assert wrong == []


@given(TEXTS)
def test_E14_a_mended_text_is_one_and_a_good_one_stays(text: str) -> None:
    mended = without_problems(text)
    assert problem_with_text(mended) is None
    assert without_problems(mended) == mended
    if problem_with_text(text) is None:
        assert mended == text

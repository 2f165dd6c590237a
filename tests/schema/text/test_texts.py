"""Names and texts as they are mended, where nobody can be asked."""

from hypothesis import given
from hypothesis import strategies as st

from schema.text.texts import (
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


@given(TEXTS)
def test_E14_a_mended_text_is_one_and_a_good_one_stays(text: str) -> None:
    mended = without_problems(text)
    assert problem_with_text(mended) is None
    assert without_problems(mended) == mended
    if problem_with_text(text) is None:
        assert mended == text

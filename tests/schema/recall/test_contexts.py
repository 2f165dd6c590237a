"""What a use is remembered for, what a question asks, and the reason in a few words."""

import pytest

from schema.recall.contexts import Circumstances, Level, contexts_of, levels_of, reason_of


def test_W4_a_use_is_remembered_in_each_of_its_contexts() -> None:
    told = Circumstances("TRAP", 141.5, "OTT", "EQ", 13, {"mood": "dark", "key": "F#"})
    assert contexts_of(told) == [
        "genre=trap",
        "bpm=140",
        "plugin=OTT",
        "hour=12",
        "more.key=F#",
        "more.mood=dark",
        "after=EQ",
    ]
    assert contexts_of(Circumstances()) == []


def test_W4_the_tempo_stands_in_for_a_genre_and_the_hour_is_not_asked() -> None:
    with_genre = levels_of(Circumstances(genre="trap", bpm=140, hour=3, after="EQ"))
    assert with_genre == [Level("", 1), Level("genre=trap", 15), Level("after=EQ", 30)]
    assert levels_of(Circumstances(bpm=139)) == [Level("", 1), Level("bpm=120", 15)]


@pytest.mark.parametrize(
    ("context", "uses", "reason"),
    [
        ("now", 3, "used in this session"),
        ("", 1, "used once"),
        ("", 7, "used 7 times"),
        ("genre=trap", 12, "used 12 times in trap"),
        ("plugin=OTT", 2, "used 2 times with OTT"),
        ("bpm=120", 4, "used 4 times at 120 to 139 bpm"),
        ("more.mood=dark", 1, "used once in dark"),
        ("after=a=b", 5, "often follows a=b"),
    ],
)
def test_W4_reasons(context: str, uses: int, reason: str) -> None:
    assert reason_of(context, uses) == reason

"""Who comes first at one time, and who counts."""

from files.music.in_time import counting, in_time

Entity = dict[str, object]


def at(time: float, slot: int | None = None, **others: object) -> Entity:
    return {"time": time, **({} if slot is None else {"slot": slot}), **others}


def test_by_time_and_at_one_time_the_left_one_first_then_by_id() -> None:
    entities = {"c": at(4.0), "b": at(4.0), "a": at(12), "d": at(4, slot=1), "e": at(4, slot=0)}
    assert in_time(entities) == [entities[name] for name in "bceda"]


def test_of_a_jump_of_tempo_both_count_but_at_the_beginning() -> None:
    first, second = at(0.0, 0), at(0.0, 1)
    left, right = at(8.0, 0), at(8.0, 1)
    tempi = {"d": right, "c": left, "b": second, "a": first}
    assert [id(one) for one in counting(tempi, "tempo")] == [id(second), id(left), id(right)]


def test_of_two_signatures_at_one_time_the_first_counts() -> None:
    signatures = {"b": at(0.0, num=3), "a": at(0.0, num=4), "c": at(16.0, num=7)}
    assert [one["num"] for one in counting(signatures, "signatures")] == [4, 7]

from loadtest.checking.history import Happening, What
from loadtest.drills.scene import longest_pause


def told(what: What, delta: str, at: float) -> Happening:
    return Happening(what, "ann", at, delta)


def test_the_longest_pause_is_from_the_edit_to_its_first_answer() -> None:
    history = [
        told(What.INVOKE, "a", 1.0),
        told(What.INVOKE, "b", 2.0),
        told(What.OK, "b", 2.5),
        told(What.OK, "a", 4.0),
        told(What.OK, "a", 9.0),
        told(What.OK, "sent by another device", 9.0),
        told(What.INVOKE, "never answered", 1.0),
    ]
    assert longest_pause(history) == 3.0
    assert longest_pause([]) == 0.0

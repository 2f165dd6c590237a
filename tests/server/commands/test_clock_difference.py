"""When a clock is worth a word, and which."""

from server.commands.clock_difference import difference


def test_clocks_that_are_close_are_not_spoken_of() -> None:
    assert difference(0.0) is None
    assert difference(4.9) is difference(-4.9) is None


def test_which_way_it_is_wrong_is_told_with_what_helps() -> None:
    assert difference(61.4) == (
        "the clock of this machine is 61 s ahead of the database server's;"
        " set both by NTP (timedatectl set-ntp true)"
    )
    assert "61 s behind the" in (difference(-61.4) or "")

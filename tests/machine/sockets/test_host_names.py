"""A host that none can have is seen before anything looks for it."""

import pytest

from machine.sockets.host_names import problem_with_host

HOSTS = ["localhost", "db_1", "db-1.example.", "bücher.example", "10.0.0.1", "::1", "fe80::1%eth0"]


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_taken(host: str) -> None:
    assert problem_with_host(host) is None


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("", "is missing"),
        ('db"', "'\"'"),
        ("two words", "' '"),
        ("<host>", "'<'"),
        ("db\0", r"'\x00'"),
        ("db%zz", "'%'"),
        ("db..example", "empty"),
        (f"{'d' * 64}.example", "over 63"),
    ],
)
def test_junk_is_told_by_its_character(host: str, told: str) -> None:
    assert told in str(problem_with_host(host))

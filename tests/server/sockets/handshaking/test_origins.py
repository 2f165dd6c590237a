"""Pages that may connect, and pages that may not (rule Z4)."""

import pytest

from server.sockets.handshaking.origins import Origins

NAMED = Origins(("https://daw.example", "https://prime.example:8443", "null"))


@pytest.mark.parametrize(
    ("origins", "hosts", "may"),
    [
        (["https://daw.example"], ["prime.example"], True),
        (["null"], ["prime.example"], True),
        ([], ["prime.example"], True),
        (["http://Prime.example"], ["prime.example"], True),
        (["https://prime.example:1"], ["prime.example:1"], True),
        (["https://prime.example."], ["prime.example."], True),
        (["http://127.0.0.1:8787"], ["127.0.0.1:8787"], True),
        (["http://192.168.1.7"], ["192.168.1.7"], True),
        (["http://[::1]:8787"], ["[::1]:8787"], True),
        (["http://localhost:8787"], ["localhost:8787"], True),
        (["http://rebound.evil:8787"], ["rebound.evil:8787"], False),
        (["http://localhost.evil"], ["localhost.evil"], False),
        (["http://127.0.0.1.evil"], ["127.0.0.1.evil"], False),
        (["http://[::1].evil"], ["[::1].evil"], False),
        (["http://[::1]evil:80"], ["[::1]evil:80"], False),
        (["http://127.0.0.1:80:evil"], ["127.0.0.1:80:evil"], False),
        (["http://localhost:x"], ["localhost:x"], False),
        (["http://u@localhost"], ["u@localhost"], False),
        (["http://prime.example.evil"], ["prime.example.evil"], False),
        (["http://x@prime.example"], ["prime.example"], False),
        (["https://prime.example:1"], ["prime.example"], False),
        (["http://127.0.0.1:1"], ["127.0.0.1:2"], False),
        (["https://evil.example"], ["prime.example"], False),
        (["file://prime.example"], ["prime.example"], False),
        (["https://"], [""], False),
        (["https://["], ["["], False),
        ([""], [""], False),
        (["https://daw.example", "https://evil.example"], ["prime.example"], False),
        (["https://prime.example"], ["prime.example", "evil.example"], False),
    ],
)
def test_Z4_an_own_page_is_one_by_a_name_that_the_operator_knows(
    origins: list[str], hosts: list[str], may: bool
) -> None:
    refused = NAMED.refusal(origins, hosts)
    assert (refused is None) is may
    if refused is not None:
        assert refused.status == 403
        assert "PRIME_ORIGINS" in str(refused.body)


def test_Z4_where_none_is_named_all_may_connect() -> None:
    for origin in ("https://evil.example", "null", "https://["):
        assert Origins(()).refusal([origin], ["prime.example"]) is None

"""Where links lead: as it was set, to the balancer before the node, or to the node itself."""

import pytest

from server.accounts.public_url import PublicUrl


def test_what_was_set_is_where_links_lead() -> None:
    url = PublicUrl("https://prime.example.com")
    url.serves_at("0.0.0.0", 8787)
    assert url.account_page() == "https://prime.example.com/account"
    assert url.account_page("device") == "https://prime.example.com/account#device"


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]")],
)
def test_otherwise_they_lead_to_the_node(host: str, shown: str) -> None:
    url = PublicUrl(None)
    url.serves_at(host, 8787)
    assert url.account_page() == f"http://{shown}:8787/account"


def test_behind_a_balancer_they_lead_there_unless_another_address_is_set() -> None:
    url = PublicUrl(None)
    url.goes_by_balancer("http://127.0.0.1:8787")
    assert url.account_page() == "http://127.0.0.1:8787/account"
    url.use("https://prime.example.com")
    assert url.account_page() == "https://prime.example.com/account"
    url.use(None)
    assert url.account_page() == "http://127.0.0.1:8787/account"

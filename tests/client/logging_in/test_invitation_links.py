"""Links of invitations, as people paste them."""

import pytest

from prime_client.logging_in.invitation_links import token_of

TOKEN = "Zk3-9_xQ"


@pytest.mark.parametrize(
    "pasted",
    [
        TOKEN,
        f" {TOKEN}\n",
        f"https://prime.example/account#invite={TOKEN}",
        f"http://127.0.0.1:8787/account#invite={TOKEN} ",
    ],
)
def test_the_token_is_found_in_a_link_and_is_taken_for_itself(pasted: str) -> None:
    assert token_of(pasted) == TOKEN


def test_what_is_another_link_is_no_token_and_the_server_says_so() -> None:
    assert token_of("https://prime.example/account#reset=abc").startswith("https://")

"""Where a provider may lead back to, and nowhere else."""

import pytest

from server.accounts.providers.redirects import problem_with_own_address, problem_with_redirect

OWN = {"https://prime.example.com/account", "https://studio.example.com/login"}


@pytest.mark.parametrize(
    "address",
    [
        *sorted(OWN),
        "http://127.0.0.1:53211",
        "http://127.0.0.1:53211/",
        "http://127.0.0.1:1/callback/here",
        "http://[::1]:65535/callback",
    ],
)
def test_own_addresses_and_programs_of_the_person_are_led_back_to(address: str) -> None:
    assert problem_with_redirect(address, OWN) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://prime.example.com/account/",
        "https://prime.example.com/account?next=https://evil.example",
        "https://prime.example.com/account#x",
        "https://prime.example.com/ACCOUNT",
        "https://prime.example.com.evil.example/account",
        "https://prime.example.com@evil.example/account",
        "https://evil.example/account",
        "//evil.example",
        "javascript:alert(1)",
        "http://localhost:53211/",
        "http://127.0.0.1/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:80@evil.example/",
        "http://127.0.0.1:80\\@evil.example/",
        "http://127.0.0.1.evil.example:80/",
        "http://127.0.0.1:80/%0d%0aLocation:https://evil.example",
        "http://127.0.0.1:80/?x=1",
        "http://127.0.0.1:80/#x",
        "http://127.0.0.2:80/",
        "http://0x7f000001:80/",
        "https://127.0.0.1:80/",
        "http://127.0.0.1:80/\n",
        " http://127.0.0.1:80/",
    ],
)
def test_anything_else_is_an_open_redirect(address: str) -> None:
    assert problem_with_redirect(address, OWN) is not None


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [
        ("https://studio.example.com/login", True),
        ("http://127.0.0.1:8000/login", True),
        ("com.example.app://login", True),
        ("http://studio.example.com/login", False),
        ("https://studio.example.com/login?x=1", False),
        ("https://studio.example.com/#login", False),
        ("https://a@studio.example.com/", False),
        ("app://login", False),
        ("studio.example.com", False),
    ],
)
def test_what_an_operator_may_allow(address: str, is_fine: bool) -> None:
    assert (problem_with_own_address(address) is None) == is_fine

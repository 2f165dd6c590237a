"""A setting that needs another one is told of while that is not set, and not otherwise."""

import re

import pytest

from server.settings.missing_companions import missing_companions
from server.settings.reading import read_all

MAIL = {
    "SMTP_URL": "smtp://127.0.0.1:25",
    "PRIME_MAIL_FROM": "prime@example.com",
    "PRIME_PUBLIC_URL": "https://prime.example.com",
}

GOOGLE = {"PRIME_PROVIDERS": "google", "PRIME_PROVIDER_GOOGLE_CLIENT_ID": "g"}

DATABASE = {"DATABASE_URL": "postgresql://prime@127.0.0.1:1/prime"}

REDIRECTS = {"PRIME_REDIRECTS": "https://studio.example.com/login"}


def warnings(environment: dict[str, str]) -> list[str]:
    reading = read_all({}, environment)
    return list(missing_companions(reading.settings, environment, reading.problems))


@pytest.mark.parametrize(
    ("lone", "companion", "beginning"),
    [
        ({"PRIME_VERIFY_ADDRESS": "required"}, MAIL, "PRIME_VERIFY_ADDRESS=required"),
        ({"PRIME_MAIL_FROM": "prime@example.com"}, MAIL, "PRIME_MAIL_FROM is set"),
        (REDIRECTS, GOOGLE, "PRIME_REDIRECTS is set"),
        (GOOGLE, {"PRIME_PUBLIC_URL": "https://prime.example.com"}, "PRIME_PROVIDERS is set"),
        (GOOGLE, REDIRECTS, "PRIME_PROVIDERS is set"),
        (
            {"PRIME_CALLER_DATABASE_URL": "postgresql://prime_caller@127.0.0.1:1/prime"},
            DATABASE,
            "PRIME_CALLER_DATABASE_URL is set",
        ),
        (
            {"PRIME_PROVIDER_GOOGLE_CLIENT_ID": "g"},
            GOOGLE | REDIRECTS,
            "PRIME_PROVIDER_GOOGLE_CLIENT_ID is of no provider",
        ),
    ],
)
def test_each_is_one_sentence_until_its_companion_is_set(
    lone: dict[str, str], companion: dict[str, str], beginning: str
) -> None:
    [warning] = warnings(lone)
    assert warning.startswith(beginning)
    assert warnings(lone | companion) == []


@pytest.mark.parametrize(
    "lone",
    [{"PRIME_VERIFY_ADDRESS": "required"}, {"PRIME_MAIL_FROM": MAIL["PRIME_MAIL_FROM"]}],
)
def test_who_does_as_the_sentence_says_is_told_nothing_more(lone: dict[str, str]) -> None:
    [warning] = warnings(lone)
    named = set(re.findall(r"[A-Z_]{4,}", warning.rpartition("; set ")[2]))
    assert named == MAIL.keys() - lone.keys()
    reading = read_all({}, lone | {name: MAIL[name] for name in named})
    assert not reading.problems
    assert warnings(lone | {name: MAIL[name] for name in named}) == []


def test_nothing_set_is_nothing_told() -> None:
    assert warnings({}) == []


def test_nothing_is_told_of_what_makes_no_sense_itself() -> None:
    """That has a sentence of its own."""
    assert warnings({"PRIME_VERIFY_ADDRESS": "required", "SMTP_URL": "no url"}) == []
    assert warnings(REDIRECTS | {"PRIME_PROVIDERS": "google"}) == []


@pytest.mark.parametrize("variable", MAIL)
def test_nothing_is_told_of_what_is_set_beside_what_makes_no_sense(variable: str) -> None:
    environment = MAIL | {"PRIME_VERIFY_ADDRESS": "required", variable: "nonsense"}
    assert warnings(environment) == []


def test_a_secret_in_a_file_of_a_named_provider_is_read() -> None:
    known = "PRIME_PROVIDER_GOOGLE_CLIENT_SECRET_FILE"
    environment = GOOGLE | REDIRECTS | {known: "/nowhere"}
    reading = read_all({}, GOOGLE | REDIRECTS)
    assert list(missing_companions(reading.settings, environment)) == []

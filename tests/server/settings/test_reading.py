"""What is read from the command line and the environment."""

import ipaddress
from pathlib import Path

import pytest

from machine.sockets.listening_address import is_loopback
from persistence.errors import BadSetting
from server.accounts.usage_limits import UsageLimits
from server.settings.reading import read_all, read_settings
from server.settings.settings import Settings


def read(host: str = "127.0.0.1", **variables: str) -> Settings:
    return read_settings({"host": host}, variables)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "prime.example", ""])
def test_H9_an_address_that_others_reach_is_not_served_without_a_word(host: str) -> None:
    with pytest.raises(BadSetting, match="--behind-proxy"):
        read(host)
    read(host, PRIME_BEHIND_PROXY="1")
    read_settings({"host": host, "behind_proxy": "on"}, {})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_H9_this_machine_needs_no_word(host: str) -> None:
    assert is_loopback(host)
    read(host)


def test_what_is_set_is_read() -> None:
    settings = read(
        PRIME_LIMITS="sockets_per_user=7, strangers=0",
        PRIME_PROXIES="10.0.0.0/8, ::1",
        PRIME_REGISTRATION="closed",
        PRIME_VERIFY_ADDRESS="required",
        PRIME_DELETION_DAYS="0.5",
        PRIME_CORE_SHARE="0.8",
    )
    assert settings.core_share == 0.8
    assert settings.limits == UsageLimits(sockets_per_user=7, strangers=float("inf"))
    assert settings.proxies == (
        ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_network("::1/128"),
    )
    assert not settings.registration
    assert (settings.verify_address, settings.grace_days) == (True, 0.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRIME_LIMITS", "sockets=1"),
        ("PRIME_PROXIES", "10.0.0.1/8"),
        ("PRIME_PROXIES", "proxy.internal"),
        ("PRIME_REGISTRATION", "no"),
        ("PRIME_VERIFY_ADDRESS", "on"),
        ("PRIME_DELETION_DAYS", "-1"),
        ("PRIME_DELETION_DAYS", "nan"),
        ("PRIME_HISTORY_DAYS", "0"),
        ("PRIME_AUDIT_DAYS", "forever"),
        ("PRIME_BEHIND_PROXY", "maybe"),
        ("PRIME_STALL_PROBE", "2"),
        ("PRIME_CORE_SHARE", "60"),
        ("PRIME_CORE_SHARE", "0"),
        ("PRIME_CORE_SHARE", "nan"),
        ("PRIME_CORE_SHARE", "most"),
        ("REDIS_URL", "nonsense"),
    ],
)
def test_what_is_none_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read(**{name: value})


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("sockets_per_usr=7", "is sockets_per_user meant?"),
        ("strangers", "no number"),
        ("strangers=", "no number"),
        ("strangers=many", "no number"),
        ("strangers=-1", "no number"),
        ("strangers=nan", "no number"),
        ("strangers=1e10", "no number"),
        ("=7", "names none of sockets_per_address"),
    ],
)
def test_the_part_of_a_setting_that_is_wrong_is_named(part: str, told: str) -> None:
    with pytest.raises(BadSetting, match="PRIME_LIMITS") as error:
        read(PRIME_LIMITS=f"rooms_per_user=5, {part}, seats_per_user=2")
    assert repr(part) in str(error.value)
    assert told in str(error.value)
    assert "rooms_per_user=5" not in str(error.value)


@pytest.mark.parametrize("text", ["", "0", "false", "NO", "off"])
def test_a_switch_that_is_off_is_off(text: str) -> None:
    assert not read(PRIME_STALL_PROBE=text).stall_probe
    with pytest.raises(BadSetting, match="--behind-proxy"):
        read("0.0.0.0", PRIME_BEHIND_PROXY=text)


@pytest.mark.parametrize("text", ["1", "true", "Yes", "on"])
def test_a_switch_that_is_on_is_on(text: str) -> None:
    assert read(PRIME_STALL_PROBE=text).stall_probe
    read("0.0.0.0", PRIME_BEHIND_PROXY=text)


GROUPS = {
    "mail": {
        "SMTP_URL": "smtp://127.0.0.1:25",
        "PRIME_MAIL_FROM": "prime@example.com",
        "PRIME_PUBLIC_URL": "https://prime.example.com",
    },
    "google": {"PRIME_PROVIDERS": "google", "PRIME_PROVIDER_GOOGLE_CLIENT_ID": "g"},
    "two providers": {
        "PRIME_PROVIDERS": "github,studio",
        "PRIME_PROVIDER_GITHUB_CLIENT_ID": "g",
        "PRIME_PROVIDER_STUDIO_CLIENT_ID": "s",
        "PRIME_PROVIDER_STUDIO_ISSUER": "https://login.studio.example",
    },
    "apple": {
        "PRIME_PROVIDERS": "apple",
        "PRIME_PROVIDER_APPLE_CLIENT_ID": "a",
        "PRIME_PROVIDER_APPLE_PRIVATE_KEY": "",
        "PRIME_PROVIDER_APPLE_TEAM_ID": "T",
        "PRIME_PROVIDER_APPLE_KEY_ID": "K",
    },
    "tls": {"PRIME_TLS_CERT": "/a/cert.pem", "PRIME_TLS_KEY": "/a/key.pem"},
}
"""Settings that make sense together alone; the first asks for the others."""


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_all_that_a_setting_needs_is_named_in_one_sentence(group: dict[str, str]) -> None:
    first, *others = group
    [problem] = read_all({}, {first: group[first]}).problems.values()
    assert all(name in problem for name in others)


@pytest.mark.parametrize(
    ("environment", "wrong"),
    [
        (GROUPS["mail"] | {"PRIME_MAIL_FROM": "nobody"}, "mail.sender"),
        (GROUPS["mail"] | {"PRIME_PUBLIC_URL": "ftp://x"}, "mail.public_url"),
        (GROUPS["tls"] | {"PRIME_TLS_CERT_FILE": "/nowhere"}, "tls_certificate"),
        (
            GROUPS["tls"] | {"PRIME_HOST": "0.0.0.0", "PRIME_TLS_KEY_FILE": "/nowhere"},
            "tls_key",
        ),
        ({"PRIME_HOST": "0.0.0.0", "PRIME_BEHIND_PROXY": "perhaps"}, "behind_proxy"),
        ({"PRIME_HOST": "0.0.0.0", "PRIME_CONFIG": "/nowhere/prime.toml"}, "config"),
        ({"SMTP_URL": "smtp://127.0.0.1", "PRIME_CONFIG": "/nowhere/prime.toml"}, "config"),
        ({"PRIME_PROVIDERS": "google", "PRIME_CONFIG": "/nowhere/prime.toml"}, "config"),
    ],
)
def test_what_follows_from_a_setting_that_is_wrong_is_not_told_as_well(
    environment: dict[str, str], wrong: str
) -> None:
    """That it is not set, say, where it is."""
    assert list(read_all({}, environment).problems) == [wrong]


def test_what_providers_say_is_not_unknown_while_their_names_are_wrong(tmp_path: Path) -> None:
    config = tmp_path / "prime.toml"
    text = 'providers = ["Google"]\n[provider.google]\nclient_id = "g"\n'
    config.write_text(text)
    assert list(read_all({"config": str(config)}, {}).problems) == ["providers.names"]
    config.write_text(f"hots = 1\n{text}")
    problems = read_all({"config": str(config)}, {}).problems
    assert list(problems) == ["providers.names", "unknown"]
    assert "hots" in problems["unknown"]


@pytest.mark.parametrize("alone", ["PRIME_TLS_CERT", "PRIME_TLS_KEY"])
def test_H9_a_certificate_goes_with_its_key_and_both_are_as_good_as_a_proxy(alone: str) -> None:
    both = {"PRIME_TLS_CERT": "/a/cert.pem", "PRIME_TLS_KEY": "/a/key.pem"}
    with pytest.raises(BadSetting, match=f"{alone} is set and PRIME_TLS"):
        read_settings({}, {alone: both[alone]})
    read_settings({"host": "0.0.0.0"}, both)

"""Providers as an operator names them in the environment."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from persistence.errors import BadSetting
from server.accounts.providers.provider_settings import Kind, Providers
from server.settings.reading import read_settings


def read_providers(environment: dict[str, str]) -> Providers:
    return read_settings({}, environment).providers


def write_secret(path: Path, content: str) -> None:
    path.write_text(content)
    path.chmod(0o600)


def pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_nothing_is_set() -> None:
    assert not read_providers({}).by_name


def test_presets_need_a_client_and_others_an_issuer(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret", "of a file\n")
    write_secret(tmp_path / "key.p8", pem(ec.generate_private_key(ec.SECP256R1())))
    providers = read_providers(
        {
            "PRIME_PROVIDERS": "google, github,apple,discord,studio_two",
            "PRIME_PROVIDER_GOOGLE_CLIENT_ID": "g",
            "PRIME_PROVIDER_GOOGLE_CLIENT_SECRET": "secret",
            "PRIME_PROVIDER_GITHUB_CLIENT_ID": "gh",
            "PRIME_PROVIDER_GITHUB_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
            "PRIME_PROVIDER_APPLE_CLIENT_ID": "a",
            "PRIME_PROVIDER_APPLE_TEAM_ID": "T",
            "PRIME_PROVIDER_APPLE_KEY_ID": "K",
            "PRIME_PROVIDER_APPLE_PRIVATE_KEY_FILE": str(tmp_path / "key.p8"),
            "PRIME_PROVIDER_DISCORD_CLIENT_ID": "d",
            "PRIME_PROVIDER_STUDIO_TWO_CLIENT_ID": "s",
            "PRIME_PROVIDER_STUDIO_TWO_ISSUER": "https://login.studio.example",
            "PRIME_PROVIDER_STUDIO_TWO_LABEL": "The studio",
            "PRIME_REDIRECTS": "https://studio.example.com/login",
        }
    )
    assert list(providers.by_name) == ["google", "github", "apple", "discord", "studio_two"]
    google, github, apple, discord, studio = providers.by_name.values()
    assert (google.label, google.issuer) == ("Google", "https://accounts.google.com")
    assert (github.kind, github.client_secret) == (Kind.GITHUB, "of a file")
    assert apple.apple is not None
    assert (apple.scopes, apple.response_mode) == (("openid", "email"), "form_post")
    assert discord.kind is Kind.DISCORD
    assert (studio.kind, studio.label) == (Kind.OIDC, "The studio")
    assert studio.client_secret is None
    assert providers.redirects == {"https://studio.example.com/login"}
    assert "secret" not in repr(google).replace("client_secret", "")


@pytest.mark.parametrize(
    ("scopes", "mode"),
    [("openid email", "form_post"), ("openid name", "form_post"), ("openid", None)],
)
def test_apple_posts_a_form_where_it_is_asked_for_an_address_or_a_name(
    tmp_path: Path, scopes: str, mode: str | None
) -> None:
    write_secret(tmp_path / "key.p8", pem(ec.generate_private_key(ec.SECP256R1())))
    providers = read_providers(
        {
            "PRIME_PROVIDERS": "apple",
            "PRIME_PROVIDER_APPLE_CLIENT_ID": "a",
            "PRIME_PROVIDER_APPLE_TEAM_ID": "T",
            "PRIME_PROVIDER_APPLE_KEY_ID": "K",
            "PRIME_PROVIDER_APPLE_PRIVATE_KEY_FILE": str(tmp_path / "key.p8"),
            "PRIME_PROVIDER_APPLE_SCOPES": scopes,
        }
    )
    assert providers.by_name["apple"].response_mode == mode


STUDIO = {"PRIME_PROVIDERS": "studio", "PRIME_PROVIDER_STUDIO_CLIENT_ID": "s"}


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PRIME_PROVIDERS": "Google"}, "PRIME_PROVIDERS"),
        ({"PRIME_PROVIDERS": "google,google"}, "PRIME_PROVIDERS"),
        ({"PRIME_PROVIDERS": "google"}, "PRIME_PROVIDER_GOOGLE_CLIENT_ID"),
        (STUDIO, "PRIME_PROVIDER_STUDIO_ISSUER"),
        (STUDIO | {"PRIME_PROVIDER_STUDIO_ISSUER": "http://studio.example"}, "STUDIO_ISSUER"),
        (STUDIO | {"PRIME_PROVIDER_STUDIO_ISSUER": "https://a@b/?x=1"}, "STUDIO_ISSUER"),
        (STUDIO | {"PRIME_PROVIDER_STUDIO_ISSUER": "https://[::1"}, "STUDIO_ISSUER"),
        ({"PRIME_PROVIDERS": "apple", "PRIME_PROVIDER_APPLE_CLIENT_ID": "a"}, "PRIVATE_KEY_FILE"),
        ({"PRIME_REDIRECTS": "http://studio.example.com/"}, "PRIME_REDIRECTS"),
    ],
)
def test_what_cannot_be_is_said_by_the_name_of_its_variable(
    environment: dict[str, str], named: str
) -> None:
    with pytest.raises(BadSetting, match=named):
        read_providers(environment)


@pytest.mark.parametrize("content", ["no key", pem(ed25519.Ed25519PrivateKey.generate())])
def test_a_key_that_apple_would_not_take_is_refused_and_not_repeated(
    tmp_path: Path, content: str
) -> None:
    write_secret(tmp_path / "key.p8", content)
    environment = {
        "PRIME_PROVIDERS": "apple",
        "PRIME_PROVIDER_APPLE_CLIENT_ID": "a",
        "PRIME_PROVIDER_APPLE_TEAM_ID": "T",
        "PRIME_PROVIDER_APPLE_KEY_ID": "K",
        "PRIME_PROVIDER_APPLE_PRIVATE_KEY_FILE": str(tmp_path / "key.p8"),
    }
    with pytest.raises(BadSetting, match="PRIVATE_KEY_FILE") as refused:
        read_providers(environment)
    assert content.strip() not in str(refused.value)

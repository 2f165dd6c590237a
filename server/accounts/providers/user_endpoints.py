"""Providers without ID tokens: who someone is, asked of their API with the access token."""

from typing import Any

from schema.accounts.audit_events import Cause
from server.accounts.providers.discovery import Metadata
from server.accounts.providers.failures import ProviderRefused
from server.accounts.providers.fetching import Fetching
from server.accounts.providers.proven_identity import ProvenIdentity, subject_of
from server.accounts.providers.provider_settings import Kind, ProviderSettings


def metadata_of(settings: ProviderSettings) -> Metadata:
    """Their endpoints, which they publish as prose."""
    root = settings.issuer.rstrip("/")
    post = ["client_secret_post"]
    if settings.kind is Kind.GITHUB:
        oauth = f"{root}/login/oauth"
        return Metadata(
            settings.issuer, f"{oauth}/authorize", f"{oauth}/access_token", "", None, post
        )
    authorize, token = f"{root}/oauth2/authorize", f"{root}/api/oauth2/token"
    return Metadata(settings.issuer, authorize, token, "", None, post)


async def proven_by(
    fetching: Fetching, settings: ProviderSettings, access_token: str
) -> ProvenIdentity:
    """Raises `ProviderDown`, `ProviderRefused`."""
    if settings.kind is Kind.GITHUB:
        return await _by_github(fetching, settings, access_token)
    return await _by_discord(fetching, settings, access_token)


async def _by_github(
    fetching: Fetching, settings: ProviderSettings, access_token: str
) -> ProvenIdentity:
    """The address is that which is primary and verified: the one of the profile is neither."""
    root = settings.issuer.rstrip("/")
    api = "https://api.github.com" if root == "https://github.com" else f"{root}/api/v3"
    user = await _get(fetching, f"{api}/user", access_token)
    emails = await _get(fetching, f"{api}/user/emails", access_token)
    verified = [
        each.get("email")
        for each in (emails if isinstance(emails, list) else [])
        if isinstance(each, dict) and each.get("primary") is True and each.get("verified") is True
    ]
    email = verified[0] if verified and isinstance(verified[0], str) else None
    subject = subject_of(user.get("id"))
    return ProvenIdentity(
        settings.issuer, subject, email, _text(user, "name"), _text(user, "login")
    )


async def _by_discord(
    fetching: Fetching, settings: ProviderSettings, access_token: str
) -> ProvenIdentity:
    root = settings.issuer.rstrip("/")
    user = await _get(fetching, f"{root}/api/users/@me", access_token)
    email = _text(user, "email") if user.get("verified") is True else ""
    name = _text(user, "global_name")
    return ProvenIdentity(
        settings.issuer, subject_of(user.get("id")), email or None, name, _text(user, "username")
    )


async def _get(fetching: Fetching, url: str, access_token: str) -> Any:
    fetched = await fetching.get(url, {"Authorization": f"Bearer {access_token}"})
    is_fine = fetched.status == 200 and isinstance(fetched.body, dict | list)
    if not is_fine:
        raise ProviderRefused(Cause.FOREIGN, "the provider does not say who it is")
    return fetched.body


def _text(profile: dict[str, Any], key: str) -> str:
    value = profile.get(key)
    return value if isinstance(value, str) else ""

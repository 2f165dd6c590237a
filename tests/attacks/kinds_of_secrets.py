"""Every kind of secret there is, and where it goes: the one list of what a canary is made for.

Each text of a call about accounts or invitations, and each of another call whose name says that it
holds a secret, is named here: as a secret of a kind, or as none. So are secret settings, and what
goes to a provider and comes from it.
"""

from collections.abc import Iterator

from msgspec import inspect

from schema.calls import METHODS
from schema.text.redacted import holds_secret
from server.accounts.providers.provider_settings import SECRET_WORDS
from server.settings.settings_table import SETTINGS

ABOUT_ACCOUNTS = ("auth.", "invitations.")

ONE_TIME, INVITATION = "one-time token", "invitation token"

OF_CALLS = {
    "access_token": "access token",
    "challenge": "challenge",
    "code": "one-time code",
    "device_code": "device code",
    "device_token": "device token",
    "flow": "flow",
    "invitation": INVITATION,
    "new_password": "password",
    "password": "password",
    "recovery_codes": "recovery code",
    "refresh_token": "refresh token",
    "secret": "TOTP secret",
    "state": "state",
    "token": ONE_TIME,
    "uri": "TOTP secret",
    "url": "address at a provider",
    "user_code": "user code",
    "verification_uri_complete": "user code",
    **dict.fromkeys(("auth.provider_finish code", "auth.link_finish code"), "authorization code"),
    **dict.fromkeys(
        (
            "auth.second_factor code",
            "auth.totp_confirm code",
            "auth.totp_disable code",
            "auth.totp_remove code",
            "auth.recovery_codes code",
        ),
        "code of an app",
    ),
    **dict.fromkeys(
        ("invitations.accept token", "invitations.look token", "invitations.create token"),
        INVITATION,
    ),
    "invitations.create url": INVITATION,
}
"""Name of a parameter or of a field of a result, of one call or of all -> kind."""

NONE_OF_CALLS = {
    *("after", "before", "next", "previous"),  # places in a list, good for who may see it
    *("avatar_url", "color", "name", "network", "username"),  # what others are shown
    *("app", "device", "email", "id", "identity", "inviter", "project", "projects", "tracks"),
    *("iss", "label", "provider", "redirect_uri", "verification_uri"),
    *("invitations.get invitation", "invitations.withdraw invitation"),  # its id
    *("codec", "content_hash", "signature"),  # of a connection, of audio, of music
}

OF_SETTINGS = {
    "DATABASE_URL": "password of the database",
    "PRIME_SECRET": "PRIME_SECRET",
    "PRIME_SECRET_BEFORE": "PRIME_SECRET",
    "PRIME_SECRET_NEXT": "PRIME_SECRET",
    "REDIS_URL": "password of Redis",
    "SMTP_URL": "SMTP password",
    "PRIME_PROVIDER_<NAME>_CLIENT_SECRET": "client secret",
    "PRIME_PROVIDER_<NAME>_PRIVATE_KEY": "private key",
    "PRIME_CALLER_DATABASE_URL": "password of the database",
}
"""Variable -> kind."""

TO_A_PROVIDER = {
    "client_secret": "client secret",
    "code": "authorization code",
    "code_verifier": "PKCE verifier",
    "nonce": "nonce",
    "state": "state",
}
NONE_TO_A_PROVIDER = {
    *("client_id", "redirect_uri", "response_mode", "response_type", "scope", "grant_type"),
    *("code_challenge", "code_challenge_method"),  # a hash of the verifier
}
"""Of the address that a browser opens, and of the form that a code is traded by."""

FROM_A_PROVIDER = {"access_token": "provider's access token", "id_token": "ID token"}
"""What a code is traded for."""

KINDS = {
    *OF_CALLS.values(),
    *OF_SETTINGS.values(),
    *TO_A_PROVIDER.values(),
    *FROM_A_PROVIDER.values(),
}


def of_call(method: str, name: str) -> str | None:
    """The kind of what is so named in this call; None: it is no secret."""
    return OF_CALLS.get(f"{method} {name}", OF_CALLS.get(name))


def unsaid_in_calls() -> set[str]:
    """What calls hold that is neither in `OF_CALLS` nor in `NONE_OF_CALLS`."""
    found = set()
    for method, both in METHODS.items():
        for type_ in both:
            for path in _texts(inspect.type_info(type_), (), frozenset()):
                name = f"{method} {path[-1]}"
                is_said = {name, path[-1]} & (NONE_OF_CALLS | OF_CALLS.keys())
                is_about = method.startswith(ABOUT_ACCOUNTS) or any(map(holds_secret, path))
                if is_about and not is_said:
                    found.add(name)
    return found


def secret_settings() -> set[str]:
    """The variables that hold secrets."""
    of_providers = {f"PRIME_PROVIDER_<NAME>_{word}" for word in SECRET_WORDS}
    return {each.variable for each in SETTINGS if each.is_secret} | of_providers


def _texts(
    type_: inspect.Type, path: tuple[str, ...], within: frozenset[type]
) -> Iterator[tuple[str, ...]]:
    """The path to each text of a type."""
    match type_:
        case inspect.StructType() if type_.cls not in within:
            for each in type_.fields:
                path_of_it = (*path, each.encode_name)
                yield from _texts(each.type, path_of_it, within | {type_.cls})
        case inspect.UnionType():
            for one in type_.types:
                yield from _texts(one, path, within)
        case inspect.ListType():
            yield from _texts(type_.item_type, path, within)
        case inspect.DictType():
            yield from _texts(type_.value_type, path, within)
        case inspect.StrType() | inspect.BytesType():
            yield path
        case _:
            return

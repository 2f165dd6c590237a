"""What may be shown of a text that holds a secret."""

import re

HIDDEN = "(hidden)"

PLAIN_PARAMETERS = frozenset(
    {"application_name", "connect_timeout", "db", "host", "port", "sslmode", "sslrootcert",
     "target_session_attrs", "timeout"}
)  # fmt: skip
"""Of URLs, by name: what cannot be a secret. All others are hidden."""

URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:(?P<login>.*)@)?(?P<rest>[^@]*)", re.DOTALL)


def masked(text: str) -> str:
    """A URL without its password and what else may be secret in it; of other texts nothing."""
    match = URL.fullmatch(text)
    if match is None:
        return HIDDEN
    user, has_password, _ = (match["login"] or "").partition(":")
    login = f"{user}:{HIDDEN}@" if has_password else f"{user}@" if user else ""
    address, has_parameters, parameters = match["rest"].partition("?")
    masked_parameters = "&".join(
        _masked_parameter(parameter) for parameter in parameters.split("&")
    )
    return f"{match['scheme']}://{login}{address}" + (
        f"?{masked_parameters}" if has_parameters else ""
    )


def holds_secret(text: str) -> bool:
    """Whether something of it may not be shown: not so of an address without a password."""
    return bool(text) and masked(text) != text


def _masked_parameter(parameter: str) -> str:
    name, _, _ = parameter.partition("=")
    return parameter if name in PLAIN_PARAMETERS else f"{name}={HIDDEN}"

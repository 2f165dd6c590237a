"""Links of invitations: the token is behind the `#`, where no server on the way sees it."""

from urllib.parse import parse_qs, urlsplit


def token_of(link: str) -> str:
    """The token in a link to an invitation; what is no such link is taken for the token itself."""
    tokens = parse_qs(urlsplit(link.strip()).fragment).get("invite")
    return tokens[0] if tokens else link.strip()

"""What a login by a provider is bound by: a secret of the client's own, and what is made of it.

The client keeps `flow`, and only a hash of it is stored. The PKCE verifier and the nonce are made
of it with a key of the server, so the database holds nothing that ends a login, and neither does
the URL: it has the state, the challenge and the nonce.
"""

import hmac
import secrets
from hashlib import sha256

from schema.text import base64url


class FlowSecrets:
    """Those of all nodes that share the secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"logins by providers", "sha256")

    @staticmethod
    def new() -> str:
        """256 bits: of a flow, or a state."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(text: str) -> bytes:
        return sha256(text.encode()).digest()

    def verifier_of(self, flow: str) -> str:
        """43 characters (RFC 7636, 4.1), which only this server can make."""
        return self._made(b"verifier", flow)

    def nonce_of(self, flow: str) -> str:
        """What the ID token must repeat (OpenID Connect Core, 3.1.2.1)."""
        return self._made(b"nonce", flow)

    def _made(self, of: bytes, flow: str) -> str:
        digest = hmac.digest(self._key, of + b"\0" + flow.encode(), "sha256")
        return base64url.encode(digest)

"""What a login by a provider is bound by: a secret of the client's own, and what is made of it.

The client keeps `flow`, and only a hash of it is stored. The PKCE verifier and the nonce are made
of it with a key of the server, so the database holds nothing that ends a login, and neither does
the URL: it has the state, the challenge and the nonce.
"""

import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256

from schema.text import base64url

NAME_LENGTH = 6
"""Characters at the end of a flow that name its key."""


class FlowSecrets:
    """Those of all nodes that share the secret, or believe it."""

    def __init__(self, secret: bytes, accepted_secrets: Sequence[bytes] = ()) -> None:
        keys = [
            hmac.digest(each_secret, b"logins by providers", "sha256")
            for each_secret in (secret, *accepted_secrets)
        ]
        self._key = keys[0]
        self._by_name = {_name(key): key for key in reversed(keys)}

    @staticmethod
    def new() -> str:
        """256 bits: of a state."""
        return secrets.token_urlsafe(32)

    def new_flow(self) -> str:
        """256 bits, and which key goes with them: who ends it makes the same of it."""
        return f"{self.new()}{_name(self._key)}"

    @staticmethod
    def hash_of(text: str) -> bytes:
        return sha256(text.encode()).digest()

    def verifier_of(self, flow: str) -> str:
        """43 characters (RFC 7636, 4.1), which only this server can make."""
        return self._flow_secret(b"verifier", flow)

    def nonce_of(self, flow: str) -> str:
        """What the ID token must repeat (OpenID Connect Core, 3.1.2.1)."""
        return self._flow_secret(b"nonce", flow)

    def _flow_secret(self, purpose: bytes, flow: str) -> str:
        key = self._by_name.get(flow[-NAME_LENGTH:], self._key)
        return base64url.encode(hmac.digest(key, purpose + b"\0" + flow.encode(), "sha256"))


def _name(key: bytes) -> str:
    """Tells the few keys that are believed apart, and tells nothing of them."""
    return base64url.encode(hmac.digest(key, b"name", "sha256"))[:NAME_LENGTH]

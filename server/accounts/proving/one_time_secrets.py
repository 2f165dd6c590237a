"""The secrets of a mail: a token for its link, and six digits for who has no browser at hand.

Neither is stored. A token has 256 bits, so its SHA-256 tells nothing of it (ASVS 5.0, 6.5.2); of
the million codes there are, all could be hashed, so a key of the server goes into theirs.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from persistence.tables.one_time_tokens import Hashes, Purpose

TOKEN_LENGTH = 32
CODE_DIGITS = 6

CODE_SECONDS = 600.0
"""How long a code is good (ASVS 5.0, 6.5.5: ten minutes at most)."""

TOKEN_SECONDS: dict[Purpose, float] = {
    Purpose.VERIFY_ADDRESS: 86_400.0,
    Purpose.RESET_PASSWORD: 3_600.0,
    Purpose.CHANGE_ADDRESS: 3_600.0,
    Purpose.DELETE_ACCOUNT: CODE_SECONDS,
}
"""How long a token is good, by what it is for; of the last one the code alone is told."""


@dataclass(frozen=True, slots=True)
class MailedSecrets:
    """For a mail, and nothing else: they are in no log and in no `repr`."""

    token: str = field(repr=False)
    code: str = field(repr=False)


class OneTimeSecrets:
    """Makes them, and what is stored of them. `secret`: of the server, shared by all nodes.

    `accepted_secrets`: other secrets, with which a node may have made a code.
    """

    def __init__(self, secret: bytes, accepted_secrets: Sequence[bytes] = ()) -> None:
        self._keys = [
            hmac.digest(each_secret, b"one-time codes", "sha256")
            for each_secret in (secret, *accepted_secrets)
        ]

    def make(self) -> MailedSecrets:
        """New ones."""
        code = secrets.randbelow(10**CODE_DIGITS)
        return MailedSecrets(secrets.token_urlsafe(TOKEN_LENGTH), f"{code:0{CODE_DIGITS}}")

    def hashes(self, user: str, purpose: Purpose, mailed_secrets: MailedSecrets) -> Hashes:
        """What is stored of them."""
        return Hashes(
            self.hash_of_token(mailed_secrets.token),
            self.hash_of_code(user, purpose, mailed_secrets.code),
        )

    def hash_of_token(self, token: str) -> bytes:
        """Of any text that is said to be one."""
        return hashlib.sha256(token.encode()).digest()

    def hash_of_code(self, user: str, purpose: Purpose, code: str) -> bytes:
        """What is stored of a new one."""
        return self.hashes_of_code(user, purpose, code)[0]

    def hashes_of_code(self, user: str, purpose: Purpose, code: str) -> list[bytes]:
        """Of any text that is said to be one; blanks do not count. One of them may be stored."""
        text = f"{purpose} {user} {''.join(code.split())}".encode()
        return [hmac.digest(key, text, "sha256") for key in self._keys]

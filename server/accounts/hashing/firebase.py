"""Passwords as Firebase hashes them: a key of the project, encrypted with a key that scrypt makes.

Written as GoTrue writes them, so that its exports are read: `$fbscrypt$v=1,n=<power of two>,
r=<rounds>,p=<lanes>,ss=<salt separator>,sk=<signer key>$<salt>$<hash>`, all in base64.
"""

import base64
import hashlib
import hmac
import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from schema.server_limits import MAX_SCRYPT_BYTES
from server.accounts.hashing.costs import MOST_FIREBASE_LANES, TooCostly

SHAPE = re.compile(
    r"\$fbscrypt\$v=1,n=([1-9][0-9]?),r=([1-9][0-9]?),p=([1-9])"
    r"(?:,ss=([A-Za-z0-9+/=]+))?,sk=([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)"
)


def is_right(stored_hash: str, password: str) -> bool:
    """Whether the password is that of the hash; raises `ValueError`, `TooCostly`."""
    match = SHAPE.fullmatch(stored_hash)
    if match is None:
        raise ValueError
    power, rounds, lanes = (int(number) for number in match.groups()[:3])
    memory = 128 * rounds * 2**power
    if memory > MAX_SCRYPT_BYTES or lanes > MOST_FIREBASE_LANES:
        raise TooCostly
    separator, signer, salt, known_hash = (_bytes(text or "") for text in match.groups()[3:])
    key = hashlib.scrypt(
        password.encode(),
        salt=salt + separator,
        n=2**power,
        r=rounds,
        p=lanes,
        maxmem=memory + 1_048_576,
        dklen=32,
    )
    encryptor = Cipher(algorithms.AES256(key), modes.CTR(bytes(16))).encryptor()
    return hmac.compare_digest(encryptor.update(signer) + encryptor.finalize(), known_hash)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)

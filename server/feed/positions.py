"""How far a watch has come, as a text good for its list: clients neither read it nor make one."""

import hmac
from hashlib import blake2b, shake_256

from persistence.tables.internal.change_log import Place
from schema.text import base64url

SIGNATURE_SIZE = 16
OWNER_SIZE = 9


def owner(user: str, list_key: bytes) -> bytes:
    """Whose list it is, in a few bytes: of another user, or of another list, they are others."""
    return blake2b(user.encode() + b"|" + list_key, digest_size=OWNER_SIZE).digest()


class Positions:
    """`secret`: what all nodes of a deployment share and nobody else knows."""

    def __init__(self, secret: bytes) -> None:
        self._key = blake2b(secret, person=b"prime feed").digest()
        self._hiding = blake2b(secret, person=b"prime feed hide").digest()

    def write(self, place: Place, owner: bytes) -> str:
        """The text that stands for the place, in the list of this `owner`."""
        data = owner + f"{place.cluster}|{place.snapshot}".encode()
        signature = self._signature(data)
        return base64url.encode(signature + self._hidden(signature, data))

    def read(self, text: str, owner: bytes) -> Place | None:
        """What was written; None: for another owner. Raises `ValueError` for anything else."""
        whole = base64url.decode(text)
        signature = whole[:SIGNATURE_SIZE]
        data = self._hidden(signature, whole[SIGNATURE_SIZE:])
        if not hmac.compare_digest(signature, self._signature(data)):
            raise ValueError("not a position that this server has given")
        if data[:OWNER_SIZE] != owner:
            return None
        cluster, _, snapshot = data[OWNER_SIZE:].decode().rpartition("|")
        return Place(cluster, snapshot)

    def _hidden(self, signature: bytes, data: bytes) -> bytes:
        """Hidden, or read again: no stranger learns from it how much is written here, and when."""
        stream = shake_256(self._hiding + signature).digest(len(data))
        return bytes([one ^ other for one, other in zip(data, stream, strict=True)])

    def _signature(self, data: bytes) -> bytes:
        return blake2b(data, key=self._key, digest_size=SIGNATURE_SIZE).digest()

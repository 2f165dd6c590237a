"""How far a watch has come, as a text good for its list: clients neither read it nor make one."""

import hmac
from collections.abc import Sequence
from hashlib import blake2b, shake_256

from persistence.tables.internal.change_log import LogPosition
from schema.text import base64url

SIGNATURE_SIZE = 16
OWNER_SIZE = 9


def owner(user: str, list_key: bytes) -> bytes:
    """Whose list it is, in a few bytes: of another user, or of another list, they are others."""
    return blake2b(user.encode() + b"|" + list_key, digest_size=OWNER_SIZE).digest()


class FeedPositions:
    """`secret`: what all nodes of a deployment share and nobody else knows.

    `accepted_secrets`: other secrets that a node may have written a position with.
    """

    def __init__(self, secret: bytes, accepted_secrets: Sequence[bytes] = ()) -> None:
        self._keys = [_Keys(each_secret) for each_secret in (secret, *accepted_secrets)]

    def write(self, place: LogPosition, owner: bytes) -> str:
        """The text that stands for the place, in the list of this `owner`."""
        data = owner + f"{place.cluster}|{place.snapshot}".encode()
        return base64url.encode(self._keys[0].hide(data))

    def read(self, text: str, owner: bytes) -> LogPosition | None:
        """What was written; None: for another owner. Raises `ValueError` for anything else."""
        signed_position = base64url.decode(text)
        data = next(filter(None, (keys.show(signed_position) for keys in self._keys)), None)
        if data is None:
            raise ValueError("not a position that this server has given")
        if data[:OWNER_SIZE] != owner:
            return None
        cluster, _, snapshot = data[OWNER_SIZE:].decode().rpartition("|")
        return LogPosition(cluster, snapshot)


class _Keys:
    """Those of one secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = blake2b(secret, person=b"prime feed").digest()
        self._hiding = blake2b(secret, person=b"prime feed hide").digest()

    def hide(self, data: bytes) -> bytes:
        """Signed, and not to be read by strangers."""
        signature = self._signature(data)
        return signature + self._hidden(signature, data)

    def show(self, signed_position: bytes) -> bytes | None:
        """What was hidden; None: not with these keys."""
        signature = signed_position[:SIGNATURE_SIZE]
        data = self._hidden(signature, signed_position[SIGNATURE_SIZE:])
        return data if hmac.compare_digest(signature, self._signature(data)) else None

    def _hidden(self, signature: bytes, data: bytes) -> bytes:
        """Hidden, or read again: no stranger learns from it how much is written here, and when."""
        stream = shake_256(self._hiding + signature).digest(len(data))
        return bytes(
            [data_byte ^ stream_byte for data_byte, stream_byte in zip(data, stream, strict=True)]
        )

    def _signature(self, data: bytes) -> bytes:
        return blake2b(data, key=self._key, digest_size=SIGNATURE_SIZE).digest()

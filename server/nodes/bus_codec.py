"""Messages of nodes as bytes: signed with a key that only nodes have, typed, bounded."""

import hmac
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from schema.node_messages import VERSION, Envelope, EnvelopeHeader, NodeMessage
from schema.server_limits import SIGNATURE_BYTES


class Forged(Exception):
    """Not signed with our key: no node of this deployment has said it."""


class Malformed(Exception):
    """Signed, and still no message."""


class OtherVersion(Exception):
    """A node of another version speaks."""

    def __init__(self, node: str, version: int) -> None:
        super().__init__(f"node {node} speaks version {version} of the bus, this one {VERSION}")
        self.node = node
        self.version = version


class BusCodec:
    """`secret`: what all nodes of a deployment share and nobody else knows.

    `accepted_secrets`: other secrets that nodes may sign with while it is changed.
    """

    def __init__(self, secret: bytes, node: str, accepted_secrets: Sequence[bytes] = ()) -> None:
        self.node = node
        self._key = _key_of(secret)
        self._accepted_keys = [_key_of(accepted_secret) for accepted_secret in accepted_secrets]
        self._number = 0
        """Of the newest message of this node."""
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Envelope).decode
        self._decode_header = msgspec.msgpack.Decoder(EnvelopeHeader).decode

    def encode(self, body: NodeMessage) -> bytes:
        """The next message of this node."""
        self._number += 1
        data = self._encode(Envelope(VERSION, self.node, self._number, body))
        return _signature(self._key, data) + data

    def decode(self, message: bytes) -> Envelope:
        """Raises `Forged`, `Malformed`, `OtherVersion`."""
        signature, data = message[:SIGNATURE_BYTES], message[SIGNATURE_BYTES:]
        if not self._is_signed(signature, data):
            raise Forged("a message on the bus is not signed by a node of ours")
        try:
            header = self._decode_header(data)
            if header.version != VERSION:
                raise OtherVersion(header.node, header.version)
            return self._decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise Malformed(str(error)) from None

    def _is_signed(self, signature: bytes, data: bytes) -> bool:
        if hmac.compare_digest(signature, _signature(self._key, data)):
            return True
        return any(
            hmac.compare_digest(signature, _signature(key, data)) for key in self._accepted_keys
        )


def channels_of(secret: bytes) -> str:
    """Tells the channels of one deployment from those of another on the same server."""
    return blake2b(b"channels", key=_key_of(secret), digest_size=4).hexdigest()


def _key_of(secret: bytes) -> bytes:
    return blake2b(secret, person=b"prime bus").digest()


def _signature(key: bytes, data: bytes) -> bytes:
    return blake2b(data, key=key, digest_size=SIGNATURE_BYTES).digest()

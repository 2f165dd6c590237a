"""Messages of nodes as bytes: signed with a key that only nodes have, typed, bounded."""

import hmac
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
    """`secret`: what all nodes of a deployment share and nobody else knows."""

    def __init__(self, secret: bytes, node: str) -> None:
        self.node = node
        self._key = blake2b(secret, person=b"prime bus").digest()
        self._number = 0
        """Of the newest message of this node."""
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Envelope).decode
        self._decode_header = msgspec.msgpack.Decoder(EnvelopeHeader).decode

    @property
    def deployment(self) -> str:
        """Tells the channels of one deployment from those of another on the same server."""
        return blake2b(b"channels", key=self._key, digest_size=4).hexdigest()

    def encode(self, body: NodeMessage) -> bytes:
        """The next message of this node."""
        self._number += 1
        data = self._encode(Envelope(VERSION, self.node, self._number, body))
        return self._signature(data) + data

    def decode(self, message: bytes) -> Envelope:
        """Raises `Forged`, `Malformed`, `OtherVersion`."""
        signature, data = message[:SIGNATURE_BYTES], message[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(data)):
            raise Forged("a message on the bus is not signed by a node of ours")
        try:
            header = self._decode_header(data)
            if header.version != VERSION:
                raise OtherVersion(header.node, header.version)
            return self._decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise Malformed(str(error)) from None

    def _signature(self, data: bytes) -> bytes:
        return blake2b(data, key=self._key, digest_size=SIGNATURE_BYTES).digest()

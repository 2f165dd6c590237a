"""A certificate authority of one's own, and the certificates for this machine that it signs."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class CertificateAuthority:
    """Signs certificates for 127.0.0.1."""

    def __init__(self, directory: Path) -> None:
        self.certificate = directory / "fullchain.pem"
        self.key = directory / "privkey.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of our own")])
        own_certificate = self._builder(self._name, self._key.public_key(), 9 * DAY, -3 * DAY)
        basic = x509.BasicConstraints(ca=True, path_length=None)
        self.own_certificate = directory / "ca.pem"
        signed = own_certificate.add_extension(basic, critical=True).sign(
            self._key, hashes.SHA256()
        )
        self.own_certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, lasts: timedelta, begins: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + begins)
            .not_valid_after(now + lasts)
        )

    def write(
        self,
        name: str,
        lasts: timedelta = DAY,
        password: bytes | None = None,
        begins: timedelta = -3 * DAY,
    ) -> None:
        """A new pair, in place of the one of before."""
        for path in (self.certificate, self.key):
            path.unlink(missing_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        address = x509.IPAddress(ip_address("127.0.0.1"))
        builder = self._builder(subject, key.public_key(), lasts, begins).add_extension(
            x509.SubjectAlternativeName([address, x509.DNSName("localhost")]), critical=False
        )
        signed = builder.sign(self._key, hashes.SHA256())
        self.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        hidden = (
            serialization.NoEncryption()
            if password is None
            else serialization.BestAvailableEncryption(password)
        )
        self.key.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)
        )
        self.key.chmod(0o600)

    def trusting(self) -> ssl.SSLContext:
        """A client's."""
        return ssl.create_default_context(cafile=self.own_certificate)

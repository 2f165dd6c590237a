import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from machine.sockets.certificate_authority import DAY, CertificateAuthority


def test_a_pair_belongs_together_and_is_signed_by_the_authority(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    authority.write("a node", 3 * DAY)
    signed = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    key = load_pem_private_key(authority.key.read_bytes(), None)
    assert signed.public_key() == key.public_key()
    signed.verify_directly_issued_by(
        x509.load_pem_x509_certificate(authority.own_certificate.read_bytes())
    )
    assert signed.not_valid_before_utc < datetime.now(UTC) < signed.not_valid_after_utc
    assert stat.S_IMODE(os.stat(authority.key).st_mode) == 0o600


def test_another_pair_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    authority.write("first")
    before = authority.key.read_bytes()
    authority.write("second")
    assert authority.key.read_bytes() != before
    assert b"CERTIFICATE" in authority.certificate.read_bytes()

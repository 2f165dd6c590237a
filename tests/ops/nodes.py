"""Nodes of any version as processes, a database of their own, and certificates made here."""

import asyncio
import datetime
import ipaddress
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.databases import create_database, drop_database, other_database

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
"""How long a process may take to get ready on a busy machine."""


class Node:
    """A node that is run from `root`, a checkout of some version, on a port that stays."""

    def __init__(self, root: Path, environment: Mapping[str, str], log: Path) -> None:
        self.root = root
        self.environment = dict(environment)
        self.log = log
        self.port = 0
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready; AssertionError with its log if it never is."""
        words = ("-m", "server", "--port", str(self.port), "--json")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *words],
                cwd=self.root,
                env=without_settings() | self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.log.read_text()
        self.url = json.loads(line)["url"]
        self.port = int(self.url.rsplit(":", 1)[1].split("/")[0])

    def stop(self) -> int:
        """SIGTERM, and its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=SECONDS)
        return self._process.returncode

    def end(self) -> None:
        """Whatever it does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            self._process.communicate()


def without_settings() -> dict[str, str]:
    """Our environment, but for what a developer has set of Prime's."""
    names = ("PRIME_", "DATABASE_URL", "REDIS_URL")
    return {key: value for key, value in os.environ.items() if not key.startswith(names)}


@contextmanager
def database(server: str, template: str = "template0") -> Iterator[str]:
    """A database of this server until the block ends."""
    name = f"prime_ops_{uuid.uuid4().hex[:12]}"
    asyncio.run(create_database(server, name, template))
    yield other_database(server, name)
    asyncio.run(drop_database(server, name))


def until(is_so: Callable[[], bool]) -> None:
    """Look again and again; AssertionError when it never comes true."""
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def certificate(directory: Path) -> tuple[Path, Path]:
    """One that has signed itself, for 127.0.0.1 and localhost, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = directory / "prime.crt", directory / "prime.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths

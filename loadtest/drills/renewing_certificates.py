"""The drill of a certificate: nodes that speak TLS read another one while all edit."""

import asyncio
import os
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from loadtest.drills.scene import DrillScene
from machine.local_node import LocalNode
from machine.sockets.certificate_authority import CertificateAuthority

FIRST, SECOND = "the first certificate", "the second certificate"
PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.05

NOT_RENEWED = "reloaded, but for what is wrong"
"""Of a node's log: certificate and key are no pair, and it goes on with what it had."""

TRUSTED = "SSL_CERT_FILE"
"""Names whom OpenSSL trusts: for musicians here, as for the commands of an operator."""


@asynccontextmanager
async def two_certificates(directory: Path) -> AsyncIterator[None]:
    """Beside the data, by an authority that this process trusts meanwhile."""
    await asyncio.to_thread(_write_both, directory)
    before = os.environ.get(TRUSTED)
    os.environ[TRUSTED] = str(_folder(directory) / "ca.pem")
    try:
        yield
    finally:
        del os.environ[TRUSTED]
        if before is not None:
            os.environ[TRUSTED] = before


def with_tls(directory: Path) -> Mapping[str, str]:
    """The nodes' settings."""
    certificate, key = _files(_folder(directory))
    return {"PRIME_TLS_CERT": str(certificate), "PRIME_TLS_KEY": str(key)}


async def renew(scene: DrillScene, seconds: float) -> None:
    """The certificate first and its key later, as a tool may do it; then all come anew."""
    stage = scene.stage
    nodes, folder = stage.cluster.nodes, _folder(stage.cluster.directory)
    certificate, key = _files(folder)
    next_certificate, next_key = _files(folder / "next")

    await asyncio.to_thread(shutil.copyfile, next_certificate, certificate)
    for node in nodes:
        node.reload()
    await _until(scene, "take no notice of half a pair", _on_each_node(nodes, _says_not_renewed))
    scene.notes["served_meanwhile"] = sorted({await served(node.url) for node in nodes})

    await asyncio.to_thread(shutil.copyfile, next_key, key)
    for node in nodes:
        node.reload()
    await _until(scene, "serve the second certificate", _on_each_node(nodes, _serves_second))
    await asyncio.sleep(seconds / 2)
    scene.notes["connections_before"] = sum(link.cut() for link in stage.client_proxies)


async def served(url: str) -> str:
    """The name of the certificate that a new connection is shown; raises `OSError`."""
    host, port = url.split("/")[2].rsplit(":", 1)
    async with asyncio.timeout(PATIENCE_SECONDS):
        _, writer = await asyncio.open_connection(host, int(port), ssl=ssl.create_default_context())
    try:
        certificate = writer.get_extra_info("peercert")
        return str(dict(field[0] for field in certificate["subject"])["commonName"])
    finally:
        writer.transport.abort()


async def _says_not_renewed(node: LocalNode) -> bool:
    return NOT_RENEWED in await asyncio.to_thread(node.log.read_text)


async def _serves_second(node: LocalNode) -> bool:
    return await served(node.url) == SECOND


def _on_each_node(
    nodes: Sequence[LocalNode], check: Callable[[LocalNode], Awaitable[bool]]
) -> Callable[[], Awaitable[bool]]:
    async def all_do() -> bool:
        return all([await check(node) for node in nodes])

    return all_do


async def _until(
    scene: DrillScene, wanted_words: str, is_so: Callable[[], Awaitable[bool]]
) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if await is_so():
                    return
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        scene.stage.problems.append(f"nodes did not {wanted_words} within {PATIENCE_SECONDS:g} s")


def _write_both(directory: Path) -> None:
    folder = _folder(directory)
    (folder / "next").mkdir(parents=True, exist_ok=True)
    authority = CertificateAuthority(folder)
    authority.write(SECOND)
    for path in _files(folder):
        path.rename(folder / "next" / path.name)
    authority.write(FIRST)


def _folder(directory: Path) -> Path:
    return directory / "tls"


def _files(folder: Path) -> tuple[Path, Path]:
    return folder / "fullchain.pem", folder / "privkey.pem"

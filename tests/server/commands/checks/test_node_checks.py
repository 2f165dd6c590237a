"""What a node is on this machine."""

import os
import pwd
import resource
import socket
from pathlib import Path

import pytest

from machine.sockets.certificate_authority import DAY, CertificateAuthority
from server.commands.checks import node_checks
from server.commands.checks.finding import CheckFailed, DoubtfulFinding
from server.settings.reading import read_settings


async def test_where_it_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(DoubtfulFinding, match="is in use"):
            await node_checks.listening(read_settings({"port": port}, {}))
    assert await node_checks.listening(read_settings({"port": port}, {})) == (
        f"127.0.0.1:{port} is free"
    )
    elsewhere = read_settings({"host": "192.0.2.1", "behind_proxy": "on"}, {})
    with pytest.raises(CheckFailed, match=r"cannot listen on 192.0.2.1:8787: Cannot assign"):
        await node_checks.listening(elsewhere)


@pytest.mark.parametrize(
    ("options", "proxies", "doubt"),
    [
        ({}, "", None),
        ({"host": "0.0.0.0", "behind_proxy": "on"}, "10.0.0.0/8", None),
        ({"host": "0.0.0.0", "behind_proxy": "on"}, "", "count as one address"),
        ({}, "0.0.0.0/0", "every address"),
        ({}, "10.0.0.1,::/0", "every address"),
    ],
)
async def test_who_is_believed(options: dict[str, str], proxies: str, doubt: str | None) -> None:
    settings = read_settings(options, {"PRIME_PROXIES": proxies})
    if doubt is None:
        await node_checks.proxies(settings)
    else:
        with pytest.raises(DoubtfulFinding, match=doubt):
            await node_checks.proxies(settings)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "every origin"),
        ({"PRIME_ORIGINS": "https://daw.example", "PRIME_PAGES": "off"}, "daw.example may connect"),
        (
            {
                "PRIME_ORIGINS": "https://daw.example",
                "PRIME_PUBLIC_URL": "https://prime.example",
            },
            "https://prime.example may connect, and the server's own",
        ),
    ],
)
async def test_which_pages_may_connect(variables: dict[str, str], told: str) -> None:
    assert told in await node_checks.origins(read_settings({}, variables))


async def test_own_pages_that_may_be_opened_by_a_name_nobody_has_said_are_doubtful() -> None:
    settings = read_settings({}, {"PRIME_ORIGINS": "https://daw.example"})
    with pytest.raises(DoubtfulFinding, match="set PRIME_PUBLIC_URL"):
        await node_checks.origins(settings)


@pytest.mark.parametrize(("soft", "is_enough"), [(1_024, False), (65_536, True), (-1, True)])
async def test_how_many_may_connect(
    soft: int, is_enough: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, soft))
    if is_enough:
        await node_checks.open_files(read_settings({}, {}))
    else:
        with pytest.raises(DoubtfulFinding, match="LimitNOFILE"):
            await node_checks.open_files(read_settings({}, {}))


async def test_a_certificate_is_read_with_its_key(tmp_path: Path) -> None:
    made = CertificateAuthority(tmp_path)
    words = {"tls_certificate": str(made.certificate), "tls_key": str(made.key)}
    with pytest.raises(CheckFailed, match="cannot be read"):
        await node_checks.tls(read_settings(words, {}))
    for lasts, told in ((-1, "has run out"), (3, "days left: renew it"), (90, "chmod o=")):
        made.write("prime", lasts * DAY)
        made.key.chmod(0o644)
        with pytest.raises((CheckFailed, DoubtfulFinding), match=told):
            await node_checks.tls(read_settings(words, {}))
    made.write("early", 90 * DAY, begins=DAY)
    with pytest.raises(CheckFailed, match="not valid before 2"):
        await node_checks.tls(read_settings(words, {}))
    made.write("prime", 90 * DAY)
    made.key.chmod(0o640)
    assert (await node_checks.tls(read_settings(words, {}))).endswith("days left")
    other = tmp_path / "other"
    other.mkdir()
    CertificateAuthority(other).write("prime", 90 * DAY)
    words["tls_key"] = str(other / "privkey.pem")
    with pytest.raises(CheckFailed, match="the key is not that of the certificate"):
        await node_checks.tls(read_settings(words, {}))


async def test_without_a_certificate_it_is_said_who_has_one() -> None:
    assert "only this machine" in await node_checks.tls(read_settings({}, {}))
    assert "a proxy" in await node_checks.tls(read_settings({"behind_proxy": "on"}, {}))


async def test_who_has_looked_is_told_and_root_sees_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(DoubtfulFinding, match="root, who reads every file"):
        await node_checks.user(read_settings({}, {}))
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("daemon").pw_uid)
    assert await node_checks.user(read_settings({}, {})) == "daemon"
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    assert await node_checks.user(read_settings({}, {})) == "number 4000000000"

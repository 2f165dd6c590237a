"""What a reload takes over, what it leaves to a restart, and what it refuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from machine.sockets.certificate_authority import CertificateAuthority
from server.logs.log import set_level
from server.node import Node as ServerNode
from server.running.reloading import merged, reload
from server.settings.reading import SettingsReading, read_all, read_settings
from server.settings.setting import Setting
from server.settings.settings_changes import reloadable_changes
from server.settings.settings_table import SETTINGS
from server.sockets.tls import TlsPair
from tests.server.conftest import Node, Nodes
from tests.server.wire import MSGPACK

COMPANIONS = {
    "PRIME_MAIL_FROM": "Other <b@example.com>",
    "PRIME_PUBLIC_URL": "https://prime.example.com",
    "PRIME_TLS_CERT": "/a/fullchain.pem",
    "PRIME_TLS_KEY": "/a/privkey.pem",
    "PRIME_PROVIDER_GOOGLE_CLIENT_ID": "g",
    "PRIME_PROVIDER_GITHUB_CLIENT_ID": "g",
    "PRIME_PROVIDER_STUDIO_CLIENT_ID": "g",
    "PRIME_PROVIDER_STUDIO_ISSUER": "https://login.studio.example",
}
"""Without which some settings are none."""


@pytest.fixture(autouse=True)
def level_of_before() -> Iterator[None]:
    yield
    set_level("info")


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    made = CertificateAuthority(tmp_path)
    made.write("first")
    return made


async def reloaded(node: ServerNode, **environment: str) -> dict[str, Any]:
    """The one line that it says."""

    def read() -> SettingsReading:
        return read_all({}, environment)

    with structlog.testing.capture_logs() as told:
        await reload(node, read)
    (line,) = told
    return dict(line)


@pytest.mark.parametrize(
    "setting", [each for each in SETTINGS if each.is_reloadable], ids=lambda each: each.variable
)
def test_each_that_can_be_is_taken_over_with_where_it_comes_from(setting: Setting) -> None:
    before = read_settings({}, {})
    now = read_settings({}, COMPANIONS | {setting.variable: setting.example})
    after = merged(before, now, [setting])
    assert after.given[setting.field].text == setting.example
    assert reloadable_changes(after, now).at_next_start == []
    assert setting not in reloadable_changes(after, now).reloadable
    assert before.where(setting.field) == "default"
    if setting.field.partition(".")[0] not in ("mail", "providers"):
        assert getattr(after, setting.field) == setting.parse(setting.example)


@pytest.mark.postgres
async def test_what_can_be_is_taken_over_at_once_and_nobody_is_cut_off(node: Node) -> None:
    ann = await node.musician("ann")
    line = await reloaded(
        node.server,
        PRIME_REGISTRATION="closed",
        PRIME_ORIGINS="https://studio.example.com",
        PRIME_LIMITS="sockets_per_user=1,wrong_codes_per_hour=7",
        PRIME_CORE_SHARE="0.4",
        PRIME_LOG_LEVEL="debug",
        PRIME_DB_CALLS="9",
    )
    assert (line["event"], line["log_level"]) == ("reloaded", "info")
    assert line["needs_restart"] == ["PRIME_DB_CALLS"]
    assert set(line["changed"]) == {
        "PRIME_REGISTRATION", "PRIME_ORIGINS", "PRIME_LIMITS", "PRIME_CORE_SHARE",
        "PRIME_LOG_LEVEL",
    }  # fmt: skip
    await ann.ping()
    stranger = await node.guest()
    answer = await stranger.call(
        "auth.register", email="ben@example.org", username="ben", password="correct horse"
    )
    assert answer["code"] == "forbidden"
    words: dict[str, Any] = {"subprotocols": [Subprotocol(MSGPACK)], "proxy": None}
    with pytest.raises(InvalidStatus, match="403"):
        await connect(node.url, origin=Origin("https://other.example"), **words)
    second = await node.connect()
    await second.send(
        {"t": "hello", "versions": [1], "device": "b", "token": ann.tokens["access_token"]}
    )
    await second.closed(4005)
    assert node.server.load.gathering.share == 0.4
    again = await reloaded(node.server, PRIME_DB_CALLS="9")
    assert again["needs_restart"] == ["PRIME_DB_CALLS"]
    assert "PRIME_REGISTRATION" in again["changed"]
    assert node.context.registration


@pytest.mark.postgres
async def test_what_is_wrong_stays_as_it_was_and_the_rest_is_taken_over(node: Node) -> None:
    await reloaded(node.server, PRIME_LIMITS="sockets_per_user=7")
    line = await reloaded(node.server, PRIME_LIMITS="nonsense", PRIME_REGISTRATION="closed")
    assert line["log_level"] == "error"
    assert line["changed"] == ["PRIME_REGISTRATION"]
    assert "PRIME_LIMITS" in line["wrong"][0]
    assert node.context.usage.limits.sockets_per_user == 7
    assert not node.context.registration
    line = await reloaded(node.server, PRIME_CONFIG="/nowhere/prime.toml")
    assert "/nowhere/prime.toml" in line["wrong"][0]
    assert not node.context.registration


@pytest.mark.postgres
async def test_a_certificate_is_read_anew_and_a_bad_one_is_told(
    nodes: Nodes, authority: CertificateAuthority
) -> None:
    pair = TlsPair(authority.certificate, authority.key)
    node = await nodes.start(tls=pair, tls_certificate=authority.certificate, tls_key=authority.key)
    before = pair._current
    files = {"PRIME_TLS_CERT": str(authority.certificate), "PRIME_TLS_KEY": str(authority.key)}
    authority.write("second")
    line = await reloaded(node.server, **files)
    assert line["certificate_until"] == pair.expires
    assert pair._current is not before
    authority.key.write_text("nonsense")
    line = await reloaded(node.server, **files)
    assert "privkey.pem" in line["wrong"][0]


@pytest.mark.postgres
async def test_where_nothing_has_changed_it_is_said_what_a_reload_does_not_read(node: Node) -> None:
    assert "hint" not in await reloaded(node.server, PRIME_REGISTRATION="closed")
    line = await reloaded(node.server, PRIME_REGISTRATION="closed")
    assert line["changed"] == []
    assert "environment of a process takes a restart" in line["hint"]

"""Mails of what lets others into an account, or keeps its owner out."""

import pytest

from persistence.tables.mail_outbox import MailKind
from tests.server.accounts.authenticator import stand_still
from tests.server.accounts.providers.made_up import made_up
from tests.server.calls.accounts.self_service.letters import Letters
from tests.server.calls.accounts.test_device_login import approve, ask
from tests.server.calls.accounts.test_provider_login import known, link
from tests.server.calls.accounts.test_second_factor import set_up
from tests.server.conftest import Nodes

pytestmark = pytest.mark.postgres


async def test_A68_each_way_in_that_comes_or_goes_is_told_by_mail(
    nodes: Nodes, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    with made_up() as provider, made_up() as other:
        node = await nodes.start(providers=known([provider, other]))
        ann = await node.musician("ann")
        linked = (await link(ann, provider))["result"]
        await link(ann, provider)  # the second time is nothing new
        await ann.result("auth.unlink", identity=linked["id"])
        app, _ = await set_up(ann)
        await ann.result("auth.recovery_codes", code=app.code())
        await ann.result("auth.totp_disable", code=app.code(1))
        _, codes = await ask(node, name="Studio PC")
        await approve(ann, codes)
        told = {kind: payload for kind, to, payload in letters.all if to == "ann@example.org"}
        device = {"name": "ann", "device": "Studio PC", "place": "127.0.0.0/24"}
        expected = {
            MailKind.IDENTITY_LINKED: {"name": "ann", "provider": "studio"},
            MailKind.IDENTITY_UNLINKED: {"name": "ann", "provider": "studio"},
            MailKind.SECOND_FACTOR_ADDED: {"name": "ann"},
            MailKind.SECOND_FACTOR_REMOVED: {"name": "ann"},
            MailKind.RECOVERY_CODES_MADE: {"name": "ann"},
            MailKind.DEVICE_APPROVED: device,
        }
        assert told.items() >= expected.items()
        for kind in expected:
            assert len(letters.of(kind)) == 1, kind


async def test_A68_what_was_refused_is_not_told(nodes: Nodes, letters: Letters) -> None:
    node = await nodes.start()
    ann = await node.musician("ann")
    await ann.call("auth.totp_confirm", code="000000")
    await ann.call("auth.device_approve", user_code="WDJB-MJHT")
    await ann.call("auth.unlink", identity="00000000-0000-0000-0000-000000000000")
    assert not [kind for kind, _, _ in letters.all if kind is not MailKind.VERIFY_ADDRESS]

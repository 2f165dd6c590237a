"""What people do with their accounts, by the typed calls of the SDK, as a program does it."""

import asyncio

import pytest

from persistence.tables.mail_outbox import MailKind
from prime_client import CallFailed, Client, ConnectionOver
from server.accounts.guessing.known_devices import KnownDevice, KnownDevices
from tests.server.calls.accounts.self_service.letters import Letters, letters
from tests.server.conftest import Node, Nodes, nodes
from tests.server.wire import PATIENCE

__all__ = ["letters", "nodes"]

pytestmark = pytest.mark.postgres

ANN = "ann@example.org"
OLD, NEW, NEWEST = "correct horse", "violet anvil", "amber thistle"


async def test_an_account_is_proved_reset_changed_and_deleted_by_typed_calls(
    nodes: Nodes, letters: Letters
) -> None:
    node = await nodes.start()
    is_over = asyncio.Event()
    async with (
        Client(node.url, device="laptop", on_login_needed=lambda _: is_over.set()) as ann,
        Client(node.url, device="phone") as phone,
    ):
        user = await ann.register(ANN, "ann", OLD)
        await ann.auth.send_verification(email=ANN)
        mail = await letters.newest(node, MailKind.VERIFY_ADDRESS)
        await ann.auth.verify(email=ANN, code=mail["code"])

        await phone.auth.request_reset(email=ANN)
        mail = await letters.newest(node, MailKind.RESET_PASSWORD)
        await phone.auth.reset_password(email=ANN, code=mail["code"], password=NEW)
        await asyncio.wait_for(is_over.wait(), PATIENCE)
        await ann.login(ANN, NEW)
        assert ann.user == user

        await phone.login(ANN, NEW)
        await phone.auth.change_password(password=NEW, new_password=NEWEST)
        await phone.auth.change_email(email="anna@example.org", password=NEWEST)
        mail = await letters.newest(node, MailKind.CHANGE_ADDRESS)
        await phone.auth.confirm_email(code=mail["code"])
        assert (await phone.account.get())["email"] == "anna@example.org"

        assert (await phone.auth.deletion_preview())["projects"] == []
        deletion = await phone.auth.delete_account(password=NEWEST)
        assert deletion["erase_at"] > 0


async def test_a_client_whose_login_is_over_asks_for_a_mail_and_comes_back(
    nodes: Nodes, letters: Letters
) -> None:
    """Without a login these are called too: who has lost the password has none."""
    node = await nodes.start()
    async with Client(node.url, device="laptop") as ann:
        await ann.register(ANN, "ann", OLD)
        await ann.log_in_with("no token")
        with pytest.raises(CallFailed) as failed:
            await ann.projects.list()
        assert failed.value.code == "auth_required"
        await ann.auth.request_reset(email=ANN)
        mail = await letters.newest(node, MailKind.RESET_PASSWORD)
        await ann.auth.reset_password(token=mail["token"], password=NEW)
        await ann.login(ANN, NEW)
        assert (await ann.projects.list())["projects"] == []


async def test_A14_logging_others_out_leaves_this_client_in(nodes: Nodes) -> None:
    node: Node = await nodes.start()
    async with Client(node.url, device="laptop") as ann:
        await ann.register(ANN, "ann", OLD)
        asked: list[str] = []
        async with Client(node.url, device="phone", on_login_needed=asked.append) as phone:
            await phone.login(ANN, OLD)
            await ann.logout("others")
            logins = (await ann.auth_sessions.list())["auth_sessions"]
            assert [each["current"] for each in logins if each["revoked_at"] is None] == [True]
            with pytest.raises(CallFailed):
                await phone.projects.list()
        await ann.logout("all")
        with pytest.raises(ConnectionOver):
            await ann.projects.list()


async def test_A74_a_client_brings_along_what_the_last_login_on_its_device_was_given(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    known = KnownDevices.known

    def noted(self: KnownDevices, account: bytes, token: str) -> KnownDevice | None:
        shown.append(token)
        return known(self, account, token)

    monkeypatch.setattr(KnownDevices, "known", noted)
    node = await nodes.start()
    async with Client(node.url, device="laptop") as ann:
        await ann.register(ANN, "ann", OLD)
        first = ann.device_token
        await ann.login(ANN, OLD)
        second = ann.device_token
    async with Client(node.url, device="laptop", device_token=second) as ann:
        await ann.login(ANN, OLD)
    assert shown == [first, second]
    assert None not in shown
    assert len({first, second, ann.device_token}) == 3

"""Who proves an address, and what of an account is theirs then."""

from collections.abc import Awaitable, Callable

import pytest

from persistence.pool import Database
from persistence.tables import auth_credentials
from persistence.tables.logging_in import provider_identities
from persistence.tables.mail_outbox import MailKind
from schema.limits import MAX_INVITATIONS_TO_ONE_PER_HOUR
from server.accounts.mail.mail_settings import Encryption, MailSettings, SmtpServer
from tests.server.accounts.authenticator import App, stand_still
from tests.server.calls.accounts.self_service.letters import Letters
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Message, Wire

pytestmark = pytest.mark.postgres

ANN = "ann@example.org"
RIGHT = "correct horse"
ISSUER = "https://accounts.example.org"
SENDS_MAILS = MailSettings(SmtpServer("127.0.0.1", 9, Encryption.IF_OFFERED))
"""To a server that never answers: they stay in the outbox."""


async def proof(node: Node, letters: Letters, guest: Wire) -> Message:
    await guest.result("auth.send_verification", email=ANN)
    return await letters.newest(node, MailKind.VERIFY_ADDRESS)


async def link(database: Database, user: str) -> None:
    await provider_identities.link(database, user, "example", ISSUER, "eve", "eve@example.org")


async def linked_to(database: Database) -> str | None:
    return await provider_identities.use(database, ISSUER, "eve", None)


async def log_in(node: Node, password: str = RIGHT) -> Message:
    return await (await node.guest()).call("auth.login", email=ANN, password=password)


async def test_A55_who_proves_an_address_and_shows_nothing_else_has_the_account_alone(
    node: Node, database: Database, letters: Letters
) -> None:
    """Eve has registered the address of Ann, who presses the button in the mail about it."""
    eve, ann = await node.musician("ann"), await node.guest()
    await link(database, eve.user)
    await eve.result("auth.change_email", password=RIGHT, email="eve@example.org")
    change = await letters.newest(node, MailKind.CHANGE_ADDRESS)
    mail = await proof(node, letters, ann)
    await ann.result("auth.verify", token=mail["token"])
    await eve.closed(4501)
    assert (await log_in(node))["code"] == "auth_failed"
    assert await linked_to(database) is None
    late = await (await node.guest()).call("auth.confirm_email", token=change["token"])
    assert late["code"] == "auth_failed"
    await ann.result("auth.request_reset", email=ANN)
    token = (await letters.newest(node, MailKind.RESET_PASSWORD))["token"]
    await ann.result("auth.reset_password", token=token, password="violet anvil")
    assert (await log_in(node, "violet anvil"))["t"] == "reply"


Prove = Callable[[Node, Wire, Message], Awaitable[Message]]


async def _logged_in(node: Node, ann: Wire, mail: Message) -> Message:
    return await ann.call("auth.verify", email=ANN, code=mail["code"])


async def _link_and_password(node: Node, ann: Wire, mail: Message) -> Message:
    return await (await node.guest()).call("auth.verify", token=mail["token"], password=RIGHT)


async def _code_and_password(node: Node, ann: Wire, mail: Message) -> Message:
    given = {"email": ANN, "code": mail["code"], "password": RIGHT}
    return await (await node.guest()).call("auth.verify", **given)


@pytest.mark.parametrize("prove", [_logged_in, _link_and_password, _code_and_password])
async def test_A55_who_shows_the_account_too_keeps_all_of_it(
    node: Node, database: Database, letters: Letters, prove: Prove
) -> None:
    ann = await node.musician("ann")
    await link(database, ann.user)
    mail = await proof(node, letters, ann)
    assert (await prove(node, ann, mail))["t"] == "reply"
    assert "projects" in await ann.result("projects.list")
    assert (await log_in(node))["t"] == "reply"
    assert await linked_to(database) == ann.user


async def test_A55_a_wrong_password_uses_nothing_up(node: Node, letters: Letters) -> None:
    ann = await node.musician("ann")
    await node.musician("ben")
    mail, guest = await proof(node, letters, ann), await node.guest()
    for given in (
        {"token": mail["token"], "password": "another horse"},
        {"token": "x" * 43, "password": RIGHT},
        {"email": "ben@example.org", "code": mail["code"], "password": RIGHT},
    ):
        assert (await guest.call("auth.verify", **given))["code"] == "auth_failed"
    assert (await guest.call("auth.verify", token=mail["token"], password=RIGHT))["t"] == "reply"
    assert "projects" in await ann.result("projects.list")


async def test_A55_no_mail_takes_off_a_second_factor_and_a_reset_what_was_linked_before_a_proof(
    node: Node, database: Database, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    ann, guest = await node.musician("ann"), await node.guest()
    app = App((await ann.result("auth.totp_begin"))["secret"])
    await ann.result("auth.totp_confirm", code=app.code())
    await link(database, ann.user)
    await ann.result("auth.verify", token=(await proof(node, letters, ann))["token"])
    await provider_identities.link(database, ann.user, "example", ISSUER, "ann", ANN)
    await guest.result("auth.request_reset", email=ANN)
    token = (await letters.newest(node, MailKind.RESET_PASSWORD))["token"]
    await guest.result("auth.reset_password", token=token, password="violet anvil")
    assert (await log_in(node, "violet anvil"))["code"] == "second_factor_required"
    assert await linked_to(database) is None
    assert await provider_identities.use(database, ISSUER, "ann", None) == ann.user


async def test_A56_what_lasts_is_set_up_behind_a_proof_where_mails_are_sent(
    nodes: Nodes, database: Database, letters: Letters
) -> None:
    node = await nodes.start(mail=SENDS_MAILS)
    ann = await node.musician("ann")
    back = {"provider": "none", "redirect_uri": "http://127.0.0.1:1/"}
    calls: list[tuple[str, dict[str, str]]] = [
        ("auth.totp_begin", {}),
        ("auth.totp_confirm", {"code": "000000"}),
        ("auth.link_begin", back),
        ("auth.link_finish", {"flow": "x" * 43, "state": "y" * 43, "code": "z"}),
    ]
    for method, params in calls:
        assert (await ann.call(method, **params))["code"] == "address_unverified", method
    mail = await letters.newest(node, MailKind.VERIFY_ADDRESS)
    await ann.result("auth.verify", token=mail["token"])
    for method, params in calls:
        assert (await ann.call(method, **params)).get("code") != "address_unverified", method
    assert await auth_credentials.password_of(database, ann.user)


async def test_A57_invitations_are_mailed_for_who_has_a_proved_address_and_starve_no_reset(
    nodes: Nodes, letters: Letters
) -> None:
    node = await nodes.start(mail=SENDS_MAILS)
    ann, eve = await node.musician("ann"), await node.musician("eve")
    project = await create_project(eve)
    asked = {"project": project, "role": "viewer", "email": ANN}
    assert (await eve.call("invitations.create", **asked))["code"] == "address_unverified"
    assert (await eve.result("invitations.list", where={"project": project}))["invitations"] == []
    await node.context.asked_mails.send_all()
    [mail] = [each for to, each in letters.of(MailKind.VERIFY_ADDRESS) if to != ANN]
    await eve.result("auth.verify", token=mail["token"])
    told = [(await eve.call("invitations.create", **asked)).get("code") for _ in range(12)]
    assert told == [None] * MAX_INVITATIONS_TO_ONE_PER_HOUR + ["rate_limited"] * 9
    await ann.result("auth.request_reset", email=ANN)
    assert (await letters.newest(node, MailKind.RESET_PASSWORD))["token"]

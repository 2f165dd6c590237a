"""Names of accounts by all ways in (A65), and tokens in other spellings than their own (A67)."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from persistence.pool import Database
from persistence.recall import exporting
from persistence.tables import users
from persistence.tables.internal.change_log import LogPosition
from persistence.tables.mail_outbox import MailKind
from schema.text.account_names import NoName
from schema.text.text_rules import OF_EVERY_OBJECT, SHOWN_NOT_EMPTY, USERNAME, in_nfc
from server.accounts.access_tokens import AccessTokens
from server.accounts.refresh_tokens import RefreshTokens, new_key
from server.accounts.signing_keys import SigningKeys
from server.commands.user_accounts import NotDone, bounded
from server.row_feed.positions import FeedPositions, owner
from tests.server.accounts.providers.made_up import made_up
from tests.server.accounts.test_access_tokens import FIRST, LIFE, SECRET
from tests.server.calls.accounts.self_service.letters import Letters
from tests.server.calls.accounts.test_provider_login import known, log_in
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ANN, LOGIN = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))


def others(text: str) -> list[str]:
    """Other spellings of a token: what a lenient reader of base64 takes for the same bytes."""
    at = LETTERS.index(text[-1])
    same_bits = [text[:-1] + LETTERS[at ^ bits] for bits in (1, 2, 3)]
    middle = len(text) // 2
    inside = [text[:middle] + one + text[middle:] for one in ("=", "\n", " ", "\u200b", "+", "!")]
    around = [f"{text}=", f"{text}==", f"{text}\n", f" {text}", f"{text}\u200b", f"{text}AA"]
    wide = text[:-1] + chr(ord(text[-1]) + 0xFEE0)
    return [*same_bits, *inside, *around, wide, text.swapcase()]


def _access(old: bool) -> tuple[str, Callable[[str], Any]]:
    tokens = AccessTokens(SigningKeys(() if old else (FIRST,)), SECRET, LIFE, lambda: 1_000.0)
    return tokens.access(ANN, LOGIN).text, tokens.read_access


def _refresh(is_new: bool) -> tuple[str, Callable[[str], Any]]:
    refresh = RefreshTokens(SECRET, b"checksum")
    return refresh.issue(LOGIN, 300, new_key(), is_new=is_new), refresh.read


def _position() -> tuple[str, Callable[[str], Any]]:
    positions, of = FeedPositions(SECRET), owner(ANN, b"list")
    return positions.write(LogPosition("cluster", "1:2:"), of), lambda text: positions.read(
        text, of
    )


def _export() -> tuple[str, Callable[[str], Any]]:
    place = exporting.FIRST["keys"]
    return exporting._write(ANN, "keys", place), lambda text: exporting._read(text, ANN)


OFFLINE = {
    "access": lambda: _access(old=False),
    "access of before": lambda: _access(old=True),
    "refresh": lambda: _refresh(is_new=True),
    "refresh of before": lambda: _refresh(is_new=False),
    "position": _position,
    "export": _export,
}


@pytest.mark.parametrize("kind", OFFLINE)
def test_A67_what_is_signed_is_read_in_one_spelling(kind: str) -> None:
    text, read = OFFLINE[kind]()
    assert read(text)
    for other in others(text):
        with pytest.raises(Exception):  # noqa: B017, PT011 each kind has its own
            read(other)


async def refused(wire: Wire, method: str, key: str, token: str, **params: Any) -> None:
    """In each other spelling; used up by none of them."""
    for other in others(token):
        answer = await wire.call(method, **params, **{key: other})
        assert answer.get("code") in ("auth_failed", "validation", "bad_cursor"), (method, other)


@pytest.mark.postgres
async def test_A67_what_is_looked_up_is_found_in_one_spelling(node: Node, letters: Letters) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await create_project(ann)

    made = await ann.result("invitations.create", project=project, role="editor", expires_in=600)
    await refused(ben, "invitations.look", "token", made["token"])
    await refused(ben, "invitations.accept", "token", made["token"])
    await ben.result("invitations.accept", token=made["token"])

    await ann.result("auth.request_reset", email="ann@example.org")
    token = (await letters.newest(node, MailKind.RESET_PASSWORD))["token"]
    await refused(ben, "auth.reset_password", "token", token, password="a kettle of 9 songs")

    asked = await ben.result("auth.device_begin")
    await refused(ben, "auth.device_poll", "device_code", asked["device_code"])

    page = await ann.result("projects.list", limit=1)
    await refused(ann, "projects.list", "cursor", page["next"], limit=1)


BAD_USERNAMES = (*sorted(OF_EVERY_OBJECT)[:4], "constructor", "a", "a\u200bnn", "x" * 40)
BAD_NAMES = ("a\u202eb", "\u0301", " ", "a\u00ad", "a\u0378b")
PASSWORD = "a kettle of 7 songs"


@pytest.mark.postgres
async def test_A65_whoever_makes_an_account_it_is_called_by_the_rules(
    nodes: Nodes, database: Database
) -> None:
    with made_up() as provider, made_up() as other:
        node = await nodes.start(providers=known([provider, other]))
        ann = await node.musician("ann")
        project = await create_project(ann)
        said = {"project": project, "role": "editor", "expires_in": 600, "max_uses": 1}
        token = (await ann.result("invitations.create", **said))["token"]
        guest = await node.guest()
        calls = [(word, "") for word in BAD_USERNAMES] + [("fine", name) for name in BAD_NAMES]
        for n, (username, name) in enumerate(calls):
            new = {"email": f"n{n}@example.org", "username": username, "name": name}
            for more in ({}, {"invitation": token}):
                answer = await guest.call("auth.register", **new, password=PASSWORD, **more)
                assert answer["code"] == "validation", (username, name)
            with pytest.raises(NotDone):
                bounded(**new)
            with pytest.raises(NoName):
                await users.create(database, **new)
            provider.claims = {
                "sub": f"s{n}",
                "email": new["email"],
                "preferred_username": username,
                "name": name,
            }
            assert (await log_in(node, provider))["t"] == "reply"
        made = await database.fetch("SELECT username, name FROM prime_users")
        assert len(made) == len(calls) + 1
        for row in made:
            assert re.match(USERNAME, row["username"]), dict(row)
            assert re.match(SHOWN_NOT_EMPTY, row["name"]), dict(row)
        renamed = await ann.result("account.update", version=1, name="U\u0308nal")
        assert renamed["name"] == in_nfc("U\u0308nal")
        for name in BAD_NAMES:
            answer = await ann.call("account.update", version=2, name=name)
            assert answer["code"] == "validation", name


@pytest.mark.postgres
async def test_A66_no_call_keeps_what_nobody_sees_in_an_address(
    node: Node, letters: Letters, database: Database
) -> None:
    guest = await node.guest()
    told = {"username": "eve", "password": PASSWORD}
    await guest.result("auth.register", email="eve@exam\u200bple.org", **told)
    assert (await guest.result("account.get"))["email"] == "eve@example.org"
    await guest.result("auth.change_email", email="eve@o\u00adther.org", password=PASSWORD)
    token = (await letters.newest(node, MailKind.CHANGE_ADDRESS))["token"]
    await guest.result("auth.confirm_email", token=token)
    assert (await guest.result("account.get"))["email"] == "eve@other.org"
    project = await create_project(guest)
    asked = {"project": project, "role": "editor", "expires_in": 600, "email": "b@x\ufeffy.org"}
    await guest.result("invitations.create", **asked)
    page = await guest.result("invitations.list", where={"project": project})
    assert [each["email"] for each in page["invitations"]] == ["b@xy.org"]
    kept = "SELECT recipient FROM mail_outbox UNION SELECT email FROM prime_users"
    assert all(row[0].isascii() for row in await database.fetch(kept))
    assert [payload["address"] for _, payload in letters.of(MailKind.ADDRESS_CHANGED)] == [
        "eve@other.org"
    ]
    for local in ("e\u200dve", "e\u200eve", "ev\ufe0fe", "e\u2800ve"):
        answer = await guest.call("auth.register", email=f"{local}@example.org", **told)
        assert (answer["code"], answer["details"]) == ("validation", {"field": "email"}), local

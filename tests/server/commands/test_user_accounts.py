"""What is done to accounts from the command line, and what a running server makes of it."""

import pytest

from persistence.pool import Database
from persistence.tables import mail_outbox, users
from persistence.tables.logging_in import second_factors
from schema.close_codes import SESSION_REVOKED
from schema.server_limits import MAX_MAILS_PER_HOUR
from server.commands import user_accounts as work
from server.commands.user_accounts import NotDone, bounded, hashed
from tests.server.accounts.mail.test_rendering import WRITER
from tests.server.conftest import Node

PASSWORD = "a kettle of 7 songs"

AUDIT = "SELECT event FROM audit_log WHERE details ->> 'by' = 'command line' ORDER BY event"


async def audited(database: Database) -> list[str]:
    return [row["event"] for row in await database.fetch(AUDIT)]


@pytest.mark.parametrize(
    ("email", "username", "name", "told"),
    [
        ("ann", "ann", "", "email"),
        ("ann@localhost", "ann", "", "email"),
        ("ann", "ann@example.com", "", "the address comes first"),
        ("ann@example.com\nBcc: b@x.org", "ann", "", "email"),
        ("ann@example.com", "a", "", "a username is 2 to 32 characters"),
        ("ann@example.com", "a b", "", "a username is 2 to 32 characters"),
        ("ann@example.com", "ann", "a\x1b[31m", "name: control characters"),
        ("ann@example.com", "ann", "x" * 500, "name: at most 120 characters"),
    ],
)
def test_what_no_account_can_have_is_refused(
    email: str, username: str, name: str, told: str
) -> None:
    with pytest.raises(NotDone, match=told):
        bounded(email, username, name)


@pytest.mark.parametrize("password", ["short", "qwertyuiop", "ann@example.com", "x" * 2_000])
def test_a_password_keeps_to_the_rules_of_all(password: str) -> None:
    new = bounded("ann@example.com", "ann_example", "")
    with pytest.raises(NotDone) as error:
        hashed(password, new)
    assert password not in str(error.value)


@pytest.mark.postgres
async def test_the_beginning_of_an_id_names_an_account_or_tells_which_it_may_be(
    database: Database,
) -> None:
    ann = await work.create(database, bounded("ann@example.com", "ann", ""), None)
    assert (await work.require(database, ann.id[:8])).id == ann.id
    ben = await work.create(database, bounded("ben@example.com", "ben", ""), None)
    alike = ann.id[:-1] + ("0" if ann.id[-1] != "0" else "1")
    await database.execute("UPDATE prime_users SET id = $2 WHERE id = $1", ben.id, alike)
    with pytest.raises(NotDone, match=r"several ids begin with .*\(ann\).*type more of the one"):
        await work.require(database, ann.id[:8])
    for too_short in (ann.id[:4], ann.id[:7].upper()):
        with pytest.raises(NotDone, match=r"there is no account .* its first 8 characters or more"):
            await work.require(database, too_short)
    for no_beginning in ("bob", "0" * 8):
        with pytest.raises(NotDone, match=r"./run users list names all\Z"):
            await work.require(database, no_beginning)


@pytest.mark.postgres
async def test_an_account_is_made_whole_or_not_at_all(database: Database) -> None:
    new = bounded("ann@example.com", "ann", "Ann")
    ann = await work.create(database, new, hashed(PASSWORD, new), is_operator=True)
    whole = await work.show(database, "ann")
    assert whole.account.id == ann.id
    assert (whole.account.has_password, whole.account.is_operator) == (True, True)
    for other in (bounded("ANN@example.com", "ann2", ""), bounded("b@example.com", "Ann", "")):
        with pytest.raises(NotDone, match="in use"):
            await work.create(database, other, None)
    assert await audited(database) == ["account_made", "operator_made"]


@pytest.mark.postgres
async def test_whoever_is_nobody_is_refused(database: Database) -> None:
    with pytest.raises(NotDone, match="there is no account with the id, address or username 'bob'"):
        await work.show(database, "bob")


@pytest.mark.postgres
async def test_links_that_are_made_one_after_the_other_have_an_end(database: Database) -> None:
    ann = await work.create(database, bounded("ann@example.com", "ann", ""), None)
    tokens = [await work.reset_token(database, ann) for _ in range(3)]
    assert len(set(tokens)) == 3
    with pytest.raises(NotDone, match="the last one must be used first"):
        await work.reset_token(database, ann)
    kept = str(await database.fetch("SELECT t::text FROM one_time_tokens AS t"))
    assert not any(token in kept for token in tokens)


@pytest.mark.postgres
async def test_a_link_is_mailed_and_no_more_than_so_many(database: Database) -> None:
    ann = await work.create(database, bounded("ann@example.com", "ann", ""), None)
    token = await work.reset_token(database, ann, by_mail=True)
    [mail] = await mail_outbox.claim(database, 5, 60)
    assert (mail.recipient, mail.payload["token"], mail.payload["code"]) == (ann.email, token, "")
    assert "1 day" in WRITER.write(mail.kind, mail.payload).text
    for number in range(MAX_MAILS_PER_HOUR):
        await database.execute("DELETE FROM one_time_tokens")
        if number == MAX_MAILS_PER_HOUR - 1:
            with pytest.raises(NotDone, match="so many mails"):
                await work.reset_token(database, ann, by_mail=True)
        else:
            await work.reset_token(database, ann, by_mail=True)
    assert await database.fetchval("SELECT count(*) FROM one_time_tokens") == 0


@pytest.mark.postgres
async def test_a_second_factor_that_was_lost_is_dropped(database: Database) -> None:
    ann = await work.create(database, bounded("ann@example.com", "ann", ""), None)
    assert not await work.drop_second_factor(database, ann)
    await second_factors.begin(database, ann.id, b"sealed")
    await second_factors.confirm(database, ann.id, 1, b"sealed", "")
    assert await work.drop_second_factor(database, ann)
    assert not await second_factors.is_confirmed(database, ann.id)
    assert await audited(database) == ["account_made", "second_factor_removed"]
    [mail] = await mail_outbox.claim(database, 5, 60)
    assert (mail.recipient, mail.kind) == (ann.email, "second_factor_removed")


@pytest.mark.postgres
async def test_an_operator_is_made_and_unmade_once_each(database: Database) -> None:
    ann = await work.create(database, bounded("ann@example.com", "ann", ""), None)
    done = [
        await work.set_operator(database, ann, is_operator=state) for state in (True, True, False)
    ]
    assert done == [True, False, True]
    assert await audited(database) == ["account_made", "operator_made", "operator_unmade"]


@pytest.mark.node
@pytest.mark.postgres
async def test_who_was_made_on_the_command_line_logs_in_and_is_put_out_by_it(node: Node) -> None:
    db = node.server.foundation.db.calls
    new = bounded("ann@example.com", "ann", "")
    ann = await work.create(db, new, hashed(PASSWORD, new))
    assert await users.is_verified(db, ann.id)
    wire = await node.guest()
    await wire.result("auth.login", email="ann@example.com", password=PASSWORD)
    assert await work.revoke(db, ann) == 1  # beside the node, which is told by the database alone
    await wire.closed(SESSION_REVOKED.code)
    assert await work.revoke(db, ann) == 0
    assert await audited(db) == ["account_made", "session_revoked"]


async def test_A10_keys_are_rotated_under_a_running_server(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    assert await work.rotate_keys(database, 900, at_once=False) is not None
    with pytest.raises(NotDone, match="does not sign yet"):
        await work.rotate_keys(database, 900, at_once=False)
    await node.context.tokens.keys.read(database)
    await node.again(ann)
    assert await work.rotate_keys(database, 900, at_once=True) is not None
    await node.context.tokens.keys.read(database)
    wire = await node.connect()
    hello = {"t": "hello", "versions": [1], "device": "phone"}
    await wire.send({**hello, "token": ann.tokens["access_token"]})
    assert (await wire.expect("error"))["code"] == "token_expired"
    tokens = await ann.result("auth.refresh", refresh_token=ann.tokens["refresh_token"])
    await (await node.connect()).hello(tokens["access_token"])
    assert await audited(database) == ["key_rotated", "key_rotated"]

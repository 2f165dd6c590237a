"""A second factor: asked for at each login, shown once, set up first where a studio wants it."""

import asyncio
from typing import Any

import pytest

from persistence.pool import Database
from persistence.tables import users
from persistence.tables.mail_outbox import MailKind
from schema.limits import MAX_CODES_PER_HOUR
from server.calls.accounts.second_factor_codes import CHALLENGE_TRIES
from server.commands.user_accounts import drop_second_factor
from tests.server.accounts.authenticator import App, stand_still
from tests.server.accounts.test_password_logins import from_address, register
from tests.server.calls.accounts.self_service.letters import Letters
from tests.server.conftest import Node, Nodes
from tests.server.test_limits import LOOPBACK, node_with
from tests.server.wire import Message, Wire

pytestmark = pytest.mark.postgres

AGE = "UPDATE auth_sessions SET created_at = now() - interval '1 hour'"
NO_CODE_USED = "UPDATE second_factors SET last_step = 0"
TIME_IS_UP = "UPDATE login_challenges SET expires_at = now() - interval '1 second'"


@pytest.fixture(autouse=True)
def _clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)


async def set_up(ann: Wire) -> tuple[App, list[str]]:
    """Ann's app, and her recovery codes."""
    app = App((await ann.result("auth.totp_begin"))["secret"])
    confirmed = await ann.result("auth.totp_confirm", code=app.code(-1))
    assert confirmed["tokens"] is None
    return app, confirmed["recovery_codes"]


async def challenge(node: Node, **device: Any) -> tuple[Wire, str]:
    """A guest who has shown the password."""
    guest = await node.guest(**device)
    answer = await log_in(guest)
    assert answer["code"] == "second_factor_required"
    return guest, answer["details"]["challenge"]


async def log_in(guest: Wire) -> Message:
    return await guest.call("auth.login", email="ann@example.org", password="correct horse")


async def give(guest: Wire, token: str, code: str) -> Message:
    return await guest.call("auth.second_factor", challenge=token, code=code)


async def test_A35_a_login_takes_the_password_and_then_a_code(node: Node) -> None:
    ann = await node.musician("ann")
    app, _ = await set_up(ann)
    guest, token = await challenge(node)
    assert (await guest.call("projects.list"))["code"] == "auth_required"
    given = await give(guest, token, app.code())
    assert given["result"]["user"]["username"] == "ann"
    assert await guest.result("projects.list")
    assert (await give(await node.guest(), token, app.code(1)))["code"] == "auth_failed"


async def test_A35_what_is_begun_and_not_confirmed_counts_for_nothing(node: Node) -> None:
    ann = await node.musician("ann")
    first = App((await ann.result("auth.totp_begin"))["secret"])
    second = App((await ann.result("auth.totp_begin"))["secret"])
    for wrong in (first.code(), "000000"):
        assert (await ann.call("auth.totp_confirm", code=wrong))["code"] == "auth_failed"
    assert (await log_in(await node.guest()))["t"] == "reply"
    await ann.result("auth.totp_confirm", code=second.code())
    assert (await log_in(await node.guest()))["code"] == "second_factor_required"
    assert (await log_in(await node.guest()))["code"] == "second_factor_required"


async def test_A35_a_challenge_is_of_one_device_for_five_minutes_and_five_codes(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    app, _ = await set_up(ann)
    guest, token = await challenge(node)
    elsewhere = await node.guest(device="thief")
    told = [await give(elsewhere, token, app.code())]
    wrong = [await give(guest, token, "000000") for _ in range(CHALLENGE_TRIES)]
    assert all(answer["code"] == "auth_failed" for answer in wrong)
    assert all("take the newest one of the app" in answer["message"] for answer in wrong)
    told.append(await give(guest, token, app.code()))
    await database.execute("DELETE FROM login_tries")
    guest, token = await challenge(node)
    await database.execute(TIME_IS_UP)
    told.append(await give(guest, token, app.code()))
    told.append(await give(guest, "x" * 43, app.code()))
    assert {(answer["code"], answer["message"]) for answer in told} == {
        ("auth_failed", told[0]["message"])
    }


async def test_A42_what_a_known_device_begins_in_a_network_held_back_it_ends_there(
    nodes: Nodes,
) -> None:
    """By a right code; nobody else there is heard, and wrong codes are counted as ever."""
    node = await node_with(nodes, "wrong_secrets_per_network=10", proxies=LOOPBACK)
    ann = await from_address(node, "192.0.2.1")
    await register(ann, "ann")
    app, _ = await set_up(ann)
    for n in range(100, 112):
        stranger = await from_address(node, f"203.0.113.{n}")
        await stranger.call("auth.login", email=f"user{n}@example.org", password="wrong horse")
    hotel = await from_address(node, "203.0.113.5")
    assert (await log_in(hotel))["code"] == "rate_limited"
    login = {"email": "ann@example.org", "password": "correct horse"}
    shown = {"device_token": ann.tokens["device_token"]}
    told = await hotel.call("auth.login", **login, **shown)
    token = told["details"]["challenge"]
    assert (await give(hotel, token, "000000"))["code"] == "auth_failed"
    assert (await give(hotel, "x" * 43, app.code()))["code"] == "rate_limited"
    assert (await give(hotel, token, app.code()))["t"] == "reply"


async def test_A36_a_code_counts_once_also_for_two_at_the_same_time(node: Node) -> None:
    ann = await node.musician("ann")
    app, _ = await set_up(ann)
    logins = [await challenge(node) for _ in range(3)]
    code = app.code()
    answers = await asyncio.gather(*(give(guest, token, code) for guest, token in logins))
    assert sorted(answer["t"] for answer in answers) == ["error", "error", "reply"]
    guest, token = await challenge(node)
    earlier = await give(guest, token, app.code(-1))
    assert earlier["code"] == "auth_failed"


async def test_A58_wrong_codes_are_bounded_over_all_challenges_and_their_user_is_told(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    app, _ = await set_up(ann)
    codes = []
    while "rate_limited" not in codes:
        guest, token = await challenge(node)
        codes.append((await give(guest, token, "000000"))["code"])
        await node.context.asked_mails.send_all()
        assert bool(letters.of(MailKind.WRONG_CODES)) == (
            codes.count("auth_failed") >= MAX_CODES_PER_HOUR
        )
    assert codes == ["auth_failed"] * MAX_CODES_PER_HOUR + ["rate_limited"]
    guest, token = await challenge(node)
    assert (await give(guest, token, app.code()))["code"] == "rate_limited"
    [mail] = letters.of(MailKind.WRONG_CODES)
    assert mail == ("ann@example.org", {"name": "ann", "codes": MAX_CODES_PER_HOUR})


async def test_A36_a_recovery_code_is_good_once(node: Node) -> None:
    ann = await node.musician("ann")
    app, codes = await set_up(ann)
    guest, token = await challenge(node)
    assert (await give(guest, token, codes[3].upper()))["t"] == "reply"
    guest, token = await challenge(node)
    assert (await give(guest, token, codes[3]))["code"] == "auth_failed"
    state = await ann.result("auth.second_factor_state")
    [only] = state.pop("apps")
    assert (only["name"], only["since"] > 0) == ("", True)
    assert state == {"totp": True, "recovery_codes_left": 9, "required": False}
    renewed = await ann.result("auth.recovery_codes", code=app.code())
    assert len(set(renewed["recovery_codes"]) - set(codes)) == 10
    assert (await give(guest, token, codes[4]))["code"] == "auth_failed"
    assert (await give(guest, token, renewed["recovery_codes"][0]))["t"] == "reply"


async def test_A36_it_is_taken_off_by_a_code_alone(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    _app, codes = await set_up(ann)
    assert (await ann.call("auth.totp_disable", code="000000"))["code"] == "auth_failed"
    await ann.result("auth.totp_disable", code=codes[0])
    assert (await log_in(await node.guest()))["t"] == "reply"
    assert await database.fetchval("SELECT count(*) FROM recovery_codes") == 0


async def test_A36_a_session_that_was_left_open_sets_up_nothing(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    await database.execute(AGE)
    assert (await ann.call("auth.totp_begin"))["code"] == "login_too_old"


async def test_A36_no_secret_lies_in_the_database_as_it_is(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    app, codes = await set_up(ann)
    other = await add(ann, "tablet")
    _, token = await challenge(node)
    for table in ("second_factors", "more_apps", "recovery_codes", "login_challenges"):
        dumped = str([dict(row) for row in await database.fetch(f"SELECT * FROM {table}")])
        assert not [
            secret
            for secret in (app.totp.secret, other.totp.secret, token, *codes)
            if secret in dumped
        ]


async def test_A37_where_it_is_required_who_has_none_sets_one_up_first(nodes: Nodes) -> None:
    node = await nodes.start(second_factor_required=True)
    guest = await node.guest()
    account = {"email": "ann@example.org", "username": "ann", "password": "correct horse"}
    made = await guest.call("auth.register", **account)
    assert made["code"] == "second_factor_missing"
    token = (await log_in(guest))["details"]["challenge"]
    assert (await guest.call("projects.list"))["code"] == "auth_required"
    assert (await guest.call("auth.totp_begin"))["code"] == "auth_required"
    foreign = await guest.call("auth.totp_begin", challenge="x" * 43)
    assert foreign["code"] == "auth_failed"
    app = App((await guest.result("auth.totp_begin", challenge=token))["secret"])
    confirmed = await guest.result("auth.totp_confirm", challenge=token, code=app.code(-1))
    assert confirmed["tokens"]["user"]["username"] == "ann"
    assert len(confirmed["recovery_codes"]) == 10
    assert await guest.result("projects.list")
    guest, token = await challenge(node)
    assert (await guest.call("auth.totp_begin", challenge=token))["code"] == "conflict"
    assert (await give(guest, token, app.code()))["t"] == "reply"


async def add(ann: Wire, name: str) -> App:
    """One more app of hers."""
    app = App((await ann.result("auth.totp_begin"))["secret"])
    confirmed = await ann.result("auth.totp_confirm", code=app.code(-1), name=name)
    assert confirmed == {"recovery_codes": [], "tokens": None}
    return app


async def apps_of(ann: Wire) -> dict[str, str]:
    """Name -> id."""
    state = await ann.result("auth.second_factor_state")
    assert state["totp"] == bool(state["apps"])
    return {app["name"]: app["id"] for app in state["apps"]}


async def test_A75_each_app_of_several_is_asked_for_by_itself(node: Node, letters: Letters) -> None:
    ann = await node.musician("ann")
    phone, codes = await set_up(ann)
    tablet, safe = await add(ann, "tablet"), await add(ann, "in the safe")
    assert list(await apps_of(ann)) == ["", "tablet", "in the safe"]
    assert len(letters.of(MailKind.SECOND_FACTOR_ADDED)) == 1
    told = [payload["app"] for _, payload in letters.of(MailKind.APP_ADDED)]
    assert told == ["tablet", "in the safe"]
    for app in (phone, tablet, safe):
        guest, token = await challenge(node)
        assert (await give(guest, token, app.code()))["t"] == "reply"
        guest, token = await challenge(node)
        assert (await give(guest, token, app.code()))["code"] == "auth_failed", "it was used"
    guest, token = await challenge(node)
    assert (await give(guest, token, codes[0]))["t"] == "reply", "those of before stay good"


@pytest.mark.parametrize("which", ["", "tablet", "in the safe"])
async def test_A75_one_app_is_taken_off_and_the_others_go_on(
    node: Node, letters: Letters, which: str
) -> None:
    ann = await node.musician("ann")
    phone, codes = await set_up(ann)
    apps = {"": phone}
    apps |= {name: await add(ann, name) for name in ("tablet", "in the safe")}
    ids = await apps_of(ann)
    by = next(app for name, app in apps.items() if name != which)
    await ann.result("auth.totp_remove", app=ids[which], code=by.code())
    assert await apps_of(ann) == {name: each for name, each in ids.items() if name != which}
    told = [payload["app"] for _, payload in letters.of(MailKind.APP_REMOVED)]
    assert told == [which or "an app without a name"]
    assert letters.of(MailKind.SECOND_FACTOR_REMOVED) == []
    for name, app in apps.items():
        guest, token = await challenge(node)
        answer = await give(guest, token, app.code(1))
        assert answer["t"] == ("error" if name == which else "reply"), name
    gone = await ann.call("auth.totp_remove", app=ids[which], code=codes[0])
    assert gone["code"] == "not_found"


async def test_A75_with_the_last_app_the_second_factor_is_off(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    _, codes = await set_up(ann)
    tablet = await add(ann, "tablet")
    for name, code in (("", codes[0]), ("tablet", tablet.code())):
        guest, _ = await challenge(node)
        await ann.result("auth.totp_remove", app=(await apps_of(ann))[name], code=code)
    assert await apps_of(ann) == {}
    assert (await log_in(guest))["t"] == "reply"
    for table in ("second_factors", "more_apps", "recovery_codes"):
        assert await database.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_A75_where_it_is_required_the_last_app_stays(nodes: Nodes) -> None:
    one = await nodes.start()
    ann = await one.musician("ann")
    phone, codes = await set_up(ann)
    tablet = await add(ann, "tablet")
    node = await nodes.start(second_factor_required=True)
    guest, token = await challenge(node)
    assert (await give(guest, token, phone.code()))["t"] == "reply"
    await guest.result("auth.totp_remove", app=(await apps_of(guest))[""], code=tablet.code())
    [last] = (await apps_of(guest)).values()
    refused = await guest.call("auth.totp_remove", app=last, code=codes[0])
    assert refused["code"] == "forbidden"
    state = await guest.result("auth.second_factor_state")
    assert (len(state["apps"]), state["recovery_codes_left"]) == (1, 10), "no code is used up"


async def test_A75_one_more_takes_a_login_that_has_shown_a_code(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    before = await node.again(ann, "before")
    other = await node.guest(device="other")
    await log_in(other)  # from before the second factor
    phone, _ = await set_up(ann)
    refused = await other.call("auth.totp_begin")
    assert refused["code"] == "login_too_old"
    guest, token = await challenge(node)
    begun = await ann.result("auth.totp_begin")
    code = App(begun["secret"]).code()
    stolen = await guest.call("auth.totp_confirm", challenge=token, code=code)
    assert stolen["code"] == "conflict"
    assert (await give(guest, token, phone.code()))["t"] == "reply"
    await guest.result("auth.totp_confirm", code=code, name="tablet")
    await database.execute(AGE)
    assert (await before.call("auth.totp_begin"))["code"] == "login_too_old"
    assert list(await apps_of(ann)) == ["", "tablet"]


async def test_A75_two_at_once_that_take_off_each_others_last_leave_one(node: Node) -> None:
    ann = await node.musician("ann")
    phone, _ = await set_up(ann)
    tablet = await add(ann, "tablet")
    other = await node.again(ann, "other")
    ids = await apps_of(ann)
    answers = await asyncio.gather(
        ann.call("auth.totp_remove", app=ids[""], code=phone.code()),
        other.call("auth.totp_remove", app=ids["tablet"], code=tablet.code()),
    )
    assert "reply" in [answer["t"] for answer in answers]
    left = await apps_of(ann)
    replies = [answer["t"] for answer in answers].count("reply")
    assert len(left) == 2 - replies


async def test_A75_what_an_operator_takes_off_are_all_apps(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    await set_up(ann)
    await add(ann, "tablet")
    user = await users.by_email(database, "ann@example.org")
    assert user is not None
    assert await drop_second_factor(database, user)
    assert await database.fetchval("SELECT count(*) FROM more_apps") == 0
    assert (await log_in(await node.guest()))["t"] == "reply"


async def test_A62_where_it_is_required_nobody_takes_it_off(nodes: Nodes) -> None:
    one = await nodes.start()
    app, codes = await set_up(await one.musician("ann"))
    node = await nodes.start(second_factor_required=True)
    guest, token = await challenge(node)
    assert (await give(guest, token, app.code()))["t"] == "reply"
    for code in (app.code(1), codes[0]):
        assert (await guest.call("auth.totp_disable", code=code))["code"] == "forbidden"
    state = await guest.result("auth.second_factor_state")
    assert (state["totp"], state["recovery_codes_left"]) == (True, 10), "and no code is used up"


async def test_A37_a_device_needs_none_of_its_own(nodes: Nodes) -> None:
    node = await nodes.start()
    ann = await node.musician("ann")
    await set_up(ann)
    plug_in = await node.guest(device="plug-in")
    codes = await plug_in.result("auth.device_begin")
    await ann.result("auth.device_look", user_code=codes["user_code"])
    await ann.result("auth.device_approve", user_code=codes["user_code"])
    polled = await plug_in.result("auth.device_poll", device_code=codes["device_code"])
    assert polled["tokens"]["user"]["username"] == "ann"

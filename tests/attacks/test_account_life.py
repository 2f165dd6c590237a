"""The whole life of accounts on two nodes, against a model that is a dict."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from persistence.pool import Executor
from persistence.tables import one_time_tokens, users
from persistence.tables.logging_in import provider_identities
from persistence.tables.mail_outbox import MailKind
from schema.calls import METHODS
from schema.limits import MAX_WRONG_CODES
from server.accounts.erasing import erase_due
from server.accounts.usage_limits import UsageLimits
from server.calls.accounts.opening_logins import LoginBy, open_login
from server.calls.caller import Caller
from server.calls.dispatch import dispatch
from server.identity import Identity
from server.refused import Refused
from tests.server.calls.accounts.self_service.letters import Letters, wrong_code
from tests.server.conftest import Node, Nodes

pytestmark = pytest.mark.postgres

ADDRESSES = [f"{name}@example.org" for name in ("ann", "ben", "zoe")]
PASSWORDS = ["violet anvil", "amber kettle", "copper sofa"]
VERIFY, RESET, CHANGE = (
    MailKind.VERIFY_ADDRESS,
    MailKind.RESET_PASSWORD,
    MailKind.CHANGE_ADDRESS,
)
METHOD = {VERIFY: "auth.verify", RESET: "auth.reset_password", CHANGE: "auth.confirm_email"}
MINUTE, DAY = 60, 86_400
LIVES = {VERIFY: DAY, RESET: 60 * MINUTE, CHANGE: 60 * MINUTE}
UNBOUNDED = UsageLimits.read(
    "registrations_per_hour=0,wrong_passwords_per_hour=0,mails_asked_per_hour=0,"
    "wrong_codes_per_hour=0,wrong_secrets_per_network=0,stranger_calls_per_second=0,"
    "refreshes_per_hour=0"
)

FORGET = """
WITH tries AS (DELETE FROM login_tries), mails AS (DELETE FROM mail_outbox)
UPDATE one_time_tokens SET made = 1
"""
"""Rates are tested elsewhere."""

MOVE = """
WITH tokens AS (UPDATE one_time_tokens SET
    expires_at = expires_at - $1 * interval '1 second',
    code_expires_at = code_expires_at - $1 * interval '1 second')
UPDATE account_deletions SET erase_at = erase_at - $1 * interval '1 second'
"""


class World:
    """Two nodes that serve nobody but this, and what they wrote."""

    def __init__(self, runner: asyncio.Runner, nodes: list[Node], letters: Letters) -> None:
        self.run = runner.run
        self.nodes = nodes
        self.letters = letters
        self.seen: Counter[tuple[str, str]] = Counter()
        """Method and answer -> how often."""


class Life(RuleBasedStateMachine):
    """Each rule asks a node, and then the model what the answer must have been."""

    world: ClassVar[World]

    nodes = st.sampled_from((0, 1))
    addresses = st.sampled_from(ADDRESSES)
    passwords = st.sampled_from(PASSWORDS)
    picks = st.integers(0, 1_000)
    mostly = st.sampled_from((True, True, True, False))

    @initialize()
    def begin(self) -> None:
        self.now = 0
        self.accounts: dict[str, dict[str, Any]] = {}
        """User -> email, password, verified, sessions, mails by kind, due, linked."""
        self.held: set[str] = set()
        """Usernames of accounts that nobody has: their address had one (A59)."""
        self.spent: list[tuple[MailKind, str]] = []
        """Tokens that are good no more."""
        self._sql("DELETE FROM prime_users")
        for email in ADDRESSES[:2]:
            self.register(0, email, PASSWORDS[0])
            [user] = [each for each in self.accounts if self.accounts[each]["email"] == email]
            token = self.accounts[user]["mails"][VERIFY]["token"]
            given = {"token": token, "password": PASSWORDS[0]}
            assert self._call(0, "auth.verify", **given) == "reply"
            self._done(VERIFY, self.accounts[user], "", email)
            self.log_in(0, email, is_right=True, other=PASSWORDS[1])

    # what somebody does

    @rule(node=nodes, email=addresses, password=passwords)
    def register(self, node: int, email: str, password: str) -> None:
        name = email.partition("@")[0]
        taken = any(each["username"] == name for each in self.accounts.values())
        taken = taken or name in self.held
        asked: dict[str, Any] = {"email": email, "password": password, "username": name}
        expected = "taken" if taken else "address_unverified"
        assert self._call(node, "auth.register", **asked) == expected
        holder = self._holder(email)
        if taken:
            return
        if holder is not None:
            self.held.add(name)
            self._mail(RESET, holder, email)
            return
        user = self.world.run(users.by_email(self._db(), email))
        assert user is not None
        self.accounts[user.id] = {
            "email": email, "username": name, "password": password, "verified": False,
            "sessions": {}, "mails": {}, "due": None, "linked": False,
            "linked_before": False,
        }  # fmt: skip
        self._mail(VERIFY, user.id, email)

    @rule(node=nodes, email=addresses, kind=st.sampled_from((VERIFY, RESET)))
    def ask_for_mail(self, node: int, email: str, kind: MailKind) -> None:
        method = "auth.send_verification" if kind is VERIFY else "auth.request_reset"
        assert self._call(node, method, email=email) == "reply"
        holder = self._holder(email)
        if holder is None or (kind is VERIFY and self.accounts[holder]["verified"]):
            assert self._written() == []
        else:
            self._mail(kind, holder, email)

    ways = st.sampled_from(("token", "token", "code", "code", "wrong code"))

    @rule(node=nodes, pick=picks, by=ways, new=passwords)
    def use_mail(self, node: int, pick: int, by: str, new: str) -> None:
        mails = [(user, kind) for user, each in self.accounts.items() for kind in each["mails"]]
        if not mails:
            return
        user, kind = mails[pick % len(mails)]
        account = self.accounts[user]
        mail = account["mails"][kind]
        given = self._given(kind, by, account, new, is_shown=pick % 3 == 0)
        caller = Identity(user, account["username"], "", self._any_session(user))
        is_there = kind is not CHANGE or by == "token" or bool(account["sessions"])
        told = self._call(node, METHOD[kind], caller if account["sessions"] else None, **given)
        end = mail["until"] if by == "token" else min(mail["until"], mail["made"] + 10 * MINUTE)
        is_good = self.now < end and by != "wrong code" and is_there
        if by != "token":
            is_good = is_good and mail["wrong"] < MAX_WRONG_CODES
            mail["wrong"] += by == "wrong code" and is_there
        if is_good and kind is CHANGE and self._holder(mail["to"]) is not None:
            assert told == "taken"
            return
        assert told == ("reply" if is_good else "auth_failed"), (kind, by, mail, self.now)
        if is_good:
            if kind is VERIFY and "password" not in given:
                self._lost(account)
            self._done(kind, account, new, mail["to"])

    @rule(node=nodes, pick=picks)
    def use_what_is_spent(self, node: int, pick: int) -> None:
        if self.spent:
            kind, token = self.spent[pick % len(self.spent)]
            given: dict[str, Any] = {"password": PASSWORDS[0]} if kind is RESET else {}
            assert self._call(node, METHOD[kind], token=token, **given) == "auth_failed"

    @rule(node=nodes, email=addresses, is_right=mostly, other=passwords)
    def log_in(self, node: int, email: str, is_right: bool, other: str) -> None:
        user = self._holder(email)
        known = self.accounts[user]["password"] if user is not None and is_right else None
        password = known or other
        told = self._call(node, "auth.login", email=email, password=password)
        if user is None or self.accounts[user]["password"] != password:
            assert told == "auth_failed"
        elif not self.accounts[user]["verified"]:
            assert told == "address_unverified"
        else:
            assert told == "reply"
            self._opened(user)

    @rule(node=nodes, pick=picks)
    def link(self, node: int, pick: int) -> None:
        if user := self._any(pick):
            done = provider_identities.link(self._db(node), user, "p", "https://p", user, None)
            assert self.world.run(done) is not None
            account = self.accounts[user]
            if not account["linked"]:
                account["linked_before"] = not account["verified"]
            account["linked"] = True

    @rule(node=nodes, pick=picks)
    def log_in_by_provider(self, node: int, pick: int) -> None:
        user = self._any(pick)
        if user is None:
            return
        used = self.world.run(provider_identities.use(self._db(node), "https://p", user, None))
        assert (used == user) == self.accounts[user]["linked"]
        if used:
            self.world.run(self._open(node, used))
            self._opened(user)

    @rule(node=nodes, pick=picks, is_right=mostly, new=passwords)
    def change_password(self, node: int, pick: int, is_right: bool, new: str) -> None:
        if (user := self._logged_in(pick)) is None or not self.accounts[user]["password"]:
            return
        account, session = self.accounts[user], self._any_session(user)
        caller = Identity(user, account["username"], "", session)
        old = account["password"] if is_right else "not this one"
        told = self._call(node, "auth.change_password", caller, password=old, new_password=new)
        assert told == ("reply" if is_right else "auth_failed")
        if told == "reply":
            account["password"] = new
            account["sessions"] = {session: account["sessions"][session]}
            self._void(account)

    @rule(node=nodes, pick=picks, email=addresses)
    def ask_for_another_address(self, node: int, pick: int, email: str) -> None:
        if (user := self._logged_in(pick)) is None or not self.accounts[user]["password"]:
            return
        account = self.accounts[user]
        caller = Identity(user, account["username"], "", self._any_session(user))
        given: dict[str, Any] = {"password": account["password"], "email": email}
        assert self._call(node, "auth.change_email", caller, **given) == "reply"
        if self._holder(email) is None:
            self._mail(CHANGE, user, email)
        else:
            assert self._written() == []

    @rule(node=nodes, pick=picks, scope=st.sampled_from(("this", "others", "all")))
    def log_out(self, node: int, pick: int, scope: str) -> None:
        if (user := self._logged_in(pick)) is None:
            return
        account, session = self.accounts[user], self._any_session(user)
        caller = Identity(user, account["username"], "", session)
        assert self._call(node, "auth.logout", caller, scope=scope) == "reply"
        for each in list(account["sessions"]):
            if scope == "all" or (each == session) == (scope == "this"):
                del account["sessions"][each]

    @rule(node=nodes, pick=picks)
    def delete(self, node: int, pick: int) -> None:
        if (user := self._logged_in(pick)) is None or not self.accounts[user]["password"]:
            return
        account = self.accounts[user]
        caller = Identity(user, account["username"], "", self._any_session(user))
        given: dict[str, Any] = {"password": account["password"]}
        assert self._call(node, "auth.delete_account", caller, **given) == "reply"
        account["due"], account["sessions"] = self.now + 14 * DAY, {}
        self._void(account)

    @rule(node=nodes, seconds=st.sampled_from((9 * MINUTE, 11 * MINUTE, 2 * DAY, 15 * DAY)))
    def time_goes_on(self, node: int, seconds: int) -> None:
        self.now += seconds
        self._sql(MOVE, seconds)
        self.world.run(erase_due(self._db(node), self.world.nodes[node].context.audit))
        self.world.run(one_time_tokens.trim(self._db(node)))
        for user, account in list(self.accounts.items()):
            if account["due"] is not None and account["due"] <= self.now:
                self._void(account)
                del self.accounts[user]

    @invariant()
    def the_database_has_what_the_model_has(self) -> None:
        rows = self.world.run(self._db().fetch(
            "SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS verified,"
            " ARRAY(SELECT s.id::text FROM auth_sessions AS s"
            "       WHERE s.user_id = u.id AND s.revoked_at IS NULL) AS sessions,"
            " EXISTS (SELECT FROM account_deletions AS d WHERE d.user_id = u.id) AS closed"
            " FROM prime_users AS u WHERE u.email NOT LIKE '%@nobody.invalid'"))  # fmt: skip
        found = {
            row["id"]: (row["email"], row["verified"], set(row["sessions"]), row["closed"])
            for row in rows
        }
        assert found == {
            user: (a["email"], a["verified"], set(a["sessions"]), a["due"] is not None)
            for user, a in self.accounts.items()
        }

    # how it is asked, and what the model knows

    def _db(self, node: int = 0) -> Any:
        return self.world.nodes[node].context.db

    def _sql(self, text: str, *arguments: object) -> None:
        self.world.run(self._db().execute(text, *arguments))

    def _call(self, node: int, method: str, who: Identity | None = None, **params: Any) -> str:
        """Its code, or `reply`; what is asked for behind the answer is done."""
        self._sql(FORGET)
        context = self.world.nodes[node].context
        context.logins._waits.clear()
        self.world.letters.all.clear()
        caller = Caller("c", "192.0.2.1", "laptop", who)
        asked = msgspec.convert(params, METHODS[method][0])

        async def answered() -> str:
            try:
                await dispatch(context, caller, method, asked)
            except Refused as refused:
                return str(refused.code)
            except Exception as error:
                return type(error).__name__.lower()
            finally:
                await context.asked_mails.send_all()
            return "reply"

        told = self.world.run(answered())
        self.world.seen[method, told] += 1
        return told

    async def _open(self, node: int, user: str) -> None:
        row = await users.by_id(self._db(node), user)
        assert row is not None
        caller = Caller("c", "192.0.2.1", "laptop", None)
        context = self.world.nodes[node].context

        async def still(_: Executor) -> bool:
            return True

        await open_login(context, caller, row, login_by=LoginBy.PROVIDER, still=still)

    def _written(self) -> list[tuple[MailKind, str, dict[str, Any]]]:
        return [letter for letter in self.world.letters.all if letter[0] in METHOD]

    def _mail(self, kind: MailKind, user: str, to: str) -> None:
        """The one that was just written; it voids the one before."""
        [(written, recipient, payload)] = self._written()
        assert (written, recipient) == (kind, to)
        mails = self.accounts[user]["mails"]
        if before := mails.pop(kind, None):
            self.spent.append((kind, before["token"]))
        secret = {"token": payload["token"], "code": payload["code"]}
        life = {"made": self.now, "until": self.now + LIVES[kind], "wrong": 0, "to": to}
        mails[kind] = secret | life

    def _done(self, kind: MailKind, account: dict[str, Any], new: str, to: str) -> None:
        if kind is RESET:
            account["password"], account["sessions"] = new, {}
            if account["linked_before"] or not account["verified"]:
                account["linked"] = account["linked_before"] = False
        if kind is CHANGE:
            account["email"], account["linked_before"] = to, account["linked"]
        account["verified"] = True
        self.spent.append((kind, account["mails"].pop(kind)["token"]))
        if kind is not VERIFY:
            self._void(account)

    def _given(
        self, kind: MailKind, by: str, account: dict[str, Any], new: str, *, is_shown: bool
    ) -> dict[str, Any]:
        """What a call with the secret of a mail has; `is_shown`: of a proof, the password too."""
        mail = account["mails"][kind]
        given: dict[str, Any] = {"token": mail["token"]}
        if by != "token":
            given = {"code": wrong_code(mail["code"]) if by == "wrong code" else mail["code"]}
            if kind is not CHANGE:
                given["email"] = account["email"]
        if kind is RESET:
            given["password"] = new
        if kind is VERIFY and is_shown and account["password"] is not None:
            given["password"] = account["password"]
        return given

    def _lost(self, account: dict[str, Any]) -> None:
        """Somebody has proved the address, and shown no password; a login is as good (A55)."""
        if account["verified"] or account["sessions"]:
            return
        account["password"], account["sessions"], account["linked"] = None, {}, False
        verify = account["mails"].pop(VERIFY)
        self._void(account)
        account["mails"] = {VERIFY: verify}

    def _void(self, account: dict[str, Any]) -> None:
        self.spent += [(kind, mail["token"]) for kind, mail in account["mails"].items()]
        account["mails"] = {}

    def _opened(self, user: str) -> None:
        """A login more, whose id the database knows; the account is not to be erased."""
        text = "SELECT id FROM auth_sessions WHERE user_id = $1 AND revoked_at IS NULL"
        rows = self.world.run(self._db().fetch(text, user))
        account = self.accounts[user]
        new = {row["id"] for row in rows} - account["sessions"].keys()
        assert len(new) == 1
        account["sessions"][new.pop()] = self.now
        account["due"] = None

    def _holder(self, email: str) -> str | None:
        return next((u for u, each in self.accounts.items() if each["email"] == email), None)

    def _any(self, pick: int) -> str | None:
        known = list(self.accounts)
        return known[pick % len(known)] if known else None

    def _logged_in(self, pick: int) -> str | None:
        known = [user for user, each in self.accounts.items() if each["sessions"]]
        return known[pick % len(known)] if known else None

    def _any_session(self, user: str) -> str:
        return next(iter(self.accounts[user]["sessions"]), "")


@pytest.fixture
def world(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with asyncio.Runner() as runner:
        made = Nodes(database_url, tmp_path)
        nodes = [runner.run(made.build(verify_address=True, limits=UNBOUNDED)) for _ in range(2)]
        yield World(runner, nodes, Letters(monkeypatch))
        for node in nodes:
            node.context.hashing_queue.close()
            runner.run(node.server.foundation.db.close())


def test_attack_A12_accounts_live_as_the_model_says(world: World) -> None:
    Life.world = world
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=8,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        ),
    )
    done = {method for method, told in world.seen if told == "reply"}
    assert {"auth.verify", "auth.login"} <= done
    ways = {"auth.reset_password", "auth.confirm_email", "auth.delete_account", "auth.logout"}
    assert len(done & ways) >= 2, world.seen  # so many at least of those that end something

"""Bounds of what an address and a user may have and do (rules A4, A5, K1 to K5)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from persistence.guessing import code_tries
from persistence.guessing.password_tries import (
    TryCounts,
    after_a_beginning,
    after_a_wrong_one,
    after_another_proof,
    seconds_to_wait,
)
from persistence.tables import auth_sessions
from schema import limits, server_limits
from schema.bounds import Instead, Past
from schema.close_codes import OVERLOADED, TOO_MANY_CONNECTIONS
from schema.errors import ErrorCode
from server.accounts.admission import Admission
from server.accounts.guessing.guesses import Guesses
from server.accounts.guessing.shared_counts import SharedCounts
from server.accounts.usage import (
    CONNECT_BURST_SECONDS,
    STRANGERS_BURST_SECONDS,
    TokenBuckets,
    Usage,
)
from server.accounts.usage_limits import UsageLimits
from tests.bounds.cases import Seen, case, live_case
from tests.rooms.bench import Bench
from tests.server.conftest import Node, create_project
from tests.server.wire import Message

Make = Callable[[int], Awaitable[Message]]
"""Makes the n-th; its answer."""


def _shaking(usage: Usage, number: int) -> Past | None:
    usage.on_connect(str(number), "here")
    told = usage.on_handshake(str(number), number / 50)
    return None if told is None else Instead.STATUS_429


@case("MAX_SOCKETS_PER_ADDRESS")
def sockets_per_address() -> Seen:
    usage = Usage()
    last = None
    for number in range(limits.MAX_SOCKETS_PER_ADDRESS):
        last = _shaking(usage, number)
        usage.sockets.give(str(number), f"user {number}")
    return Seen(last, _shaking(usage, limits.MAX_SOCKETS_PER_ADDRESS))


@case("MAX_STRANGERS_PER_ADDRESS")
def strangers_per_address() -> Seen:
    usage = Usage()
    last = None
    for number in range(limits.MAX_STRANGERS_PER_ADDRESS):
        last = _shaking(usage, number)
        usage.on_open(str(number))
    return Seen(last, _shaking(usage, limits.MAX_STRANGERS_PER_ADDRESS))


@case("MAX_STRANGERS")
def strangers() -> Seen:
    usage = Usage()

    def opened(number: int) -> Past | None:
        usage.on_connect(str(number), f"address {number}")
        return None if usage.on_open(str(number)) is None else OVERLOADED

    told = [opened(number) for number in range(limits.MAX_STRANGERS + 1)]
    return Seen(told[-2], told[-1])


@case("MAX_CONNECTS_PER_SECOND")
def connects_per_second() -> Seen:
    usage = Usage()

    def connect() -> Past | None:
        usage.on_connect("one", "here")
        told = usage.on_handshake("one", 1.0)
        usage.sockets.remove("one")
        return None if told is None else Instead.STATUS_429

    most = int(limits.MAX_CONNECTS_PER_SECOND * CONNECT_BURST_SECONDS)
    told = [connect() for _ in range(most + 1)]
    return Seen(told[-2], told[-1])


@case("MAX_SOCKETS_PER_USER")
def sockets_per_user() -> Seen:
    usage = Usage()

    def log_in(number: int) -> Past | None:
        usage.on_connect(str(number), "here")
        told = usage.login_refusal(str(number), "ann")
        usage.sockets.give(str(number), "ann")
        return None if told is None else TOO_MANY_CONNECTIONS

    told = [log_in(number) for number in range(limits.MAX_SOCKETS_PER_USER + 1)]
    return Seen(told[-2], told[-1])


@case("MAX_SEATS_PER_USER")
def seats_per_user() -> Seen:
    bench = Bench()

    def join(number: int) -> Past | None:
        request = bench.request("ann", device=f"device {number}", connection=f"c{number}")
        told = bench.room.members.reached_by(request)
        bench.room.join(request)
        return None if told is None else ErrorCode.LIMIT_REACHED

    told = [join(number) for number in range(limits.MAX_SEATS_PER_USER + 1)]
    return Seen(told[-2], told[-1])


def _rate(rates: TokenBuckets, most: float) -> Seen:
    told = [rates.take("ann", 1.0) for _ in range(int(most) + 1)]
    return Seen(*(None if wait == 0 else ErrorCode.RATE_LIMITED for wait in told[-2:]))


@case("MAX_STRANGER_CALLS_PER_SECOND")
def stranger_calls() -> Seen:
    at_once = limits.MAX_STRANGER_CALLS_PER_SECOND * STRANGERS_BURST_SECONDS
    return _rate(Usage().stranger_calls, at_once)


@case("MAX_REFRESHES_PER_HOUR")
def refreshes_per_hour() -> Seen:
    return _rate(Usage().refreshes, limits.MAX_REFRESHES_PER_HOUR)


@case("MAX_REGISTRATIONS_PER_HOUR")
def registrations_per_hour() -> Seen:
    return _rate(Usage().registrations, limits.MAX_REGISTRATIONS_PER_HOUR)


@case("MAX_WRONG_PASSWORDS_PER_HOUR")
def wrong_passwords_per_hour() -> Seen:
    return _rate(Usage().wrong_passwords, limits.MAX_WRONG_PASSWORDS_PER_HOUR)


@case("MAX_WRONG_CODES_PER_HOUR")
def wrong_codes_per_hour() -> Seen:
    guesses = Guesses(UsageLimits(), SharedCounts(None, ""))
    most = int(limits.MAX_WRONG_CODES_PER_HOUR)
    told = [guesses.take("here", "ann", 1.0) for _ in range(most + 1)]
    return Seen(*(None if wait == 0 else ErrorCode.RATE_LIMITED for wait in told[-2:]))


@case("MAX_WRONG_SECRETS_PER_NETWORK")
def wrong_secrets_per_network() -> Seen:
    guesses = Guesses(UsageLimits(), SharedCounts(None, ""))

    async def wait_after(tries: int) -> Past | None:
        for n in range(tries):
            await guesses.wrong_in_network(f"192.0.2.{n % 250}", 1.0)
        return ErrorCode.RATE_LIMITED if guesses.network_wait("192.0.2.251", 1.0) else None

    most = int(limits.MAX_WRONG_SECRETS_PER_NETWORK)
    return Seen(asyncio.run(wait_after(most - 1)), asyncio.run(wait_after(1)))


@case("MAX_LOOKUPS_PER_HOUR")
def lookups_per_hour() -> Seen:
    return _rate(Usage().lookups, limits.MAX_LOOKUPS_PER_HOUR)


@case("MAX_PROVIDER_LOGINS_PER_HOUR")
def provider_logins_per_hour() -> Seen:
    return _rate(Usage().provider_logins, limits.MAX_PROVIDER_LOGINS_PER_HOUR)


@case("MAX_DEVICE_CODES_PER_HOUR")
def device_codes_per_hour() -> Seen:
    return _rate(Usage().device_codes, limits.MAX_DEVICE_CODES_PER_HOUR)


@case("MAX_USER_CODE_TRIES_PER_HOUR")
def user_code_tries_per_hour() -> Seen:
    return _rate(Usage().user_codes, limits.MAX_USER_CODE_TRIES_PER_HOUR)


def _after_a_guess(here: TryCounts, all_over: TryCounts, now: float) -> tuple[TryCounts, TryCounts]:
    was_alone = here.known_until > now
    return after_a_wrong_one(*after_a_beginning(here, all_over, now), now, was_alone=was_alone)


def _waits(here: TryCounts, all_over: TryCounts, now: float) -> Past | None:
    return ErrorCode.RATE_LIMITED if seconds_to_wait(here, all_over, now) else None


@case("MAX_FREE_GUESSES")
def free_guesses() -> Seen:
    here, all_over, told = TryCounts(), TryCounts(), []
    for _ in range(limits.MAX_FREE_GUESSES + 1):
        told.append(_waits(here, all_over, 1e6))
        here, all_over = _after_a_guess(here, all_over, 1e6)
    return Seen(told[-2], told[-1])


@case("MAX_GUESSES_PER_HOUR")
def guesses_per_hour() -> Seen:
    """A fifth of them comes at once."""
    all_over, told = TryCounts(), []
    for _ in range(int(limits.MAX_GUESSES_PER_HOUR / 5) + 1):
        told.append(_waits(TryCounts(), all_over, 1e6))
        all_over = _after_a_guess(TryCounts(), all_over, 1e6)[1]
    return Seen(told[-2], told[-1])


def _longest(here: TryCounts, seconds: float) -> Seen:
    """At the end of the longest wait one is heard, and a moment sooner one is not."""
    now = 1e6
    for _ in range(40):
        here, _all_over = _after_a_guess(here, TryCounts(), now)
        now = max(now, here.free_at)
    begun = here.free_at - seconds
    return Seen(
        _waits(here, TryCounts(), begun + seconds), _waits(here, TryCounts(), begun + seconds - 1)
    )


@case("MAX_GUESS_SECONDS")
def guess_seconds() -> Seen:
    return _longest(TryCounts(), limits.MAX_GUESS_SECONDS)


@case("MAX_KNOWN_GUESS_SECONDS")
def known_guess_seconds() -> Seen:
    return _longest(after_another_proof(TryCounts(), 1e6), limits.MAX_KNOWN_GUESS_SECONDS)


def _next_code(wrong: int, later: float) -> Past | None:
    """The next one, so long after the last of so many wrong ones."""
    tries, now = TryCounts(), 1e6
    for _ in range(wrong):
        now = max(now, tries.free_at)
        tries = code_tries.after_a_try(TryCounts(), tries, now)[1]
    wait = code_tries.seconds_to_wait(TryCounts(), tries, now + later)
    return ErrorCode.RATE_LIMITED if wait else None


@case("MAX_CODES_PER_HOUR")
def codes_per_hour() -> Seen:
    most = int(limits.MAX_CODES_PER_HOUR)
    return Seen(_next_code(most - 1, 0.0), _next_code(most, 0.0))


@case("MAX_CODE_SECONDS")
def code_seconds() -> Seen:
    longest = limits.MAX_CODE_SECONDS
    return Seen(_next_code(200, longest), _next_code(200, longest - 1))


@case("MAX_ADDRESSES_COUNTED")
def addresses_counted() -> Seen:
    rates = TokenBuckets(1.0, 1.0)

    def take(number: int) -> Past | None:
        rates.take(str(number), 1.0)
        return None if len(rates) == number + 1 else Instead.OLDEST_FORGOTTEN

    told = [take(number) for number in range(server_limits.MAX_ADDRESSES_COUNTED + 1)]
    return Seen(told[-2], told[-1])


@case("MAX_RETURNING")
def returning() -> Seen:
    admission = Admission()

    def leave(number: int) -> Past | None:
        admission.left(str(number), 1.0)
        return None if admission.was_here("0", 1.0) else Instead.OLDEST_FORGOTTEN

    told = [leave(number) for number in range(server_limits.MAX_RETURNING + 1)]
    return Seen(told[-2], told[-1])


async def _made(node: Node, limit: str, make: Make, *, there: int = 0) -> Seen:
    """With three at most, which says nothing of the number that an operator has not changed.

    `there`: how many count before the first is made.
    """
    usage, most = node.context.usage, 3
    assert getattr(UsageLimits(), limit) == getattr(limits, f"MAX_{limit.upper()}")
    usage.limits = replace(usage.limits, **{limit: most})
    codes = [(await make(n)).get("code") for n in range(there, most + 1)]
    return Seen(*(None if code is None else ErrorCode(code) for code in codes[-2:]))


@live_case("MAX_PROJECTS_PER_USER")
async def projects_per_user(node: Node) -> Seen:
    ann = await node.musician("ann")
    return await _made(
        node, "projects_per_user", lambda n: ann.call("projects.create", name=f"Song {n}")
    )


@live_case("MAX_MEMBERS_PER_PROJECT")
async def members_per_project(node: Node) -> Seen:
    ann = await node.musician("ann")
    project = await create_project(ann)

    async def grant(n: int) -> Message:
        await node.musician(f"other{n}")
        email = f"other{n}@example.org"
        return await ann.call("members.grant", project=project, email=email, role="editor")

    return await _made(node, "members_per_project", grant, there=1)


@live_case("MAX_SNAPSHOTS_PER_PROJECT")
async def snapshots_per_project(node: Node) -> Seen:
    ann = await node.musician("ann")
    project = await create_project(ann)
    return await _made(
        node,
        "snapshots_per_project",
        lambda n: ann.call("snapshots.create", project=project, name=f"Mix {n}"),
    )


@live_case("MAX_PRESETS_PER_USER")
async def presets_per_user(node: Node) -> Seen:
    ann = await node.musician("ann")
    return await _made(
        node,
        "presets_per_user",
        lambda n: ann.call("presets.create", plugin="Speed", name=f"Dub {n}", parameters={}),
    )


@live_case("MAX_AUDIO_FILES_PER_PROJECT")
async def audio_files_per_project(node: Node) -> Seen:
    ann = await node.musician("ann")
    project = await create_project(ann)
    return await _made(
        node,
        "audio_files_per_project",
        lambda n: ann.call("audio_files.create", project=project, name=f"Take {n}.wav"),
    )


@live_case("MAX_ROOMS_PER_USER")
async def rooms_per_user(node: Node) -> Seen:
    ann = await node.musician("ann")
    wires = [ann, *[await node.again(ann, f"device {n}") for n in range(4)]]
    codes: list[str | None] = []
    for number in range(limits.MAX_ROOMS_PER_USER + 1):
        project = (await ann.result("projects.create", name="Song"))["id"]
        wire = wires[number // limits.MAX_ROOMS_PER_CONNECTION]
        codes.append((await wire.ask({"t": "join", "id": "j", "project": project})).get("code"))
    return Seen(*(None if code is None else ErrorCode(code) for code in codes[-2:]))


@live_case("MAX_LOGINS_PER_USER")
async def logins_per_user(node: Node) -> Seen:
    ann = await node.musician("ann")
    db = node.context.db
    for _ in range(limits.MAX_LOGINS_PER_USER - 2):
        await auth_sessions.create(db, ann.user, "before", 3_600)
    guest = await node.guest()

    async def log_in() -> Past | None:
        await guest.result("auth.login", email="ann@example.org", password="correct horse")
        live = await db.fetchval("SELECT count(*) FROM auth_sessions WHERE revoked_at IS NULL")
        ended = await db.fetchval("SELECT count(*) FROM auth_sessions WHERE revoked_at IS NOT NULL")
        assert live == limits.MAX_LOGINS_PER_USER
        return Instead.OLDEST_ENDED if ended else None

    seen = Seen(await log_in(), await log_in())
    await ann.closed(4501)
    return seen

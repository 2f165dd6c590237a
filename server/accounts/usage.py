"""What an address and a user have and do on this node, and whether one more is too much.

The one place that counts. Pure: times are seconds of a clock that only goes on. What all nodes must
count together is in the database: tries at an account
(`persistence.tables.internal.login_tries`), logins, rows.
"""

import math
from collections import Counter, OrderedDict

from schema.server_limits import MAX_ADDRESSES_COUNTED
from server.accounts.usage_limits import UsageLimits
from server.token_bucket import TokenBucket

CONNECT_BURST_SECONDS = 10.0
"""So many seconds' worth of connects may come at once."""

BAD_TOKEN_CONNECTS = 10.0
"""What a token that we did not sign costs, in connects."""

STRANGERS_BURST_SECONDS = 10.0
"""So many seconds' worth of calls without a login may come at once: a class logs in."""

FAR_OVER = 64
"""So many sockets over its bound may an address have, to be told so; past that it is cut off."""

OPS_BURST_SECONDS = 4.0
"""So many seconds' worth of a user's ops may come at once: four of the largest deltas."""

BYTES_OF_A_MADE_OP = 100
"""About, of one op that an undo or a restore is made of."""

HOUR = 3_600.0


class TokenBuckets:
    """A token bucket for each key; those not used for longest are forgotten past a bound."""

    def __init__(self, per_second: float, burst: float, most: int = MAX_ADDRESSES_COUNTED) -> None:
        self._per_second = per_second
        self._burst = burst
        self._most_keys = most
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        """Key -> what is left of its rate; the one not used for longest comes first."""

    def __len__(self) -> int:
        return len(self._buckets)

    def use(self, new_rates: "TokenBuckets") -> None:
        """From now on its rate; who was held back begins anew, if that is another one."""
        if (self._per_second, self._burst) != (new_rates._per_second, new_rates._burst):
            self._per_second, self._burst = new_rates._per_second, new_rates._burst
            self._buckets.clear()

    def take(self, key: str, now: float, amount: float = 1.0) -> float:
        """0, and it is taken; or how many seconds to wait."""
        if math.isinf(self._per_second):
            return 0.0
        bucket = self._bucket(key)
        return 0.0 if bucket.take(amount, now) else bucket.seconds_until(amount, now)

    def wait(self, key: str, now: float) -> float:
        """How many seconds until one can be taken; nothing is taken."""
        if math.isinf(self._per_second) or key not in self._buckets:
            return 0.0
        return self._bucket(key).seconds_until(1.0, now)

    def charge(
        self, key: str, now: float, amount: float, *, owed_at_most: float = math.inf
    ) -> None:
        """Take it whether it is there or not; less than nothing gives it back."""
        if not math.isinf(self._per_second):
            bucket = self._bucket(key)
            bucket.take(0.0, now)  # up to now
            lowest = min(bucket.level, -owed_at_most)
            bucket.level = min(self._burst, max(lowest, bucket.level - amount))

    def spend(self, key: str, now: float, amount: float) -> float:
        """0, and it is taken, though it leave a debt; or how long until half is saved up again."""
        if math.isinf(self._per_second):
            return 0.0
        bucket = self._bucket(key)
        if bucket.seconds_until(1.0, now):
            return bucket.seconds_until(self._burst / 2, now)
        self.charge(key, now, amount)
        return 0.0

    def _bucket(self, key: str) -> TokenBucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self._per_second, self._burst)
            if len(self._buckets) > self._most_keys:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        return bucket


def _hourly(per_hour: float) -> TokenBuckets:
    return TokenBuckets(per_hour / HOUR, per_hour)


class SocketCounts:
    """Who holds which. A socket belongs to an address, and to a stranger until a user is known."""

    def __init__(self) -> None:
        self.address_by_socket: dict[str, str] = {}
        """Socket -> address, from the TCP connection on."""
        self.stranger_sockets: dict[str, None] = {}
        """Sockets whose handshake is done and whose user is not known, the oldest first."""
        self.user_by_socket: dict[str, str] = {}
        """Socket -> user, once one is known."""
        self.count_by_address: Counter[str] = Counter()
        """Address -> how many sockets it has."""
        self.stranger_count_by_address: Counter[str] = Counter()
        """Address -> how many of its sockets are strangers'."""
        self.sockets_by_user: dict[str, set[str]] = {}
        """User -> the user's sockets."""

    def add(self, socket: str, address: str) -> None:
        """A socket is there, or a proxy has named its real address."""
        before = self.address_by_socket.get(socket)
        if before is not None:
            _less(self.count_by_address, before)
        self.address_by_socket[socket] = address
        self.count_by_address[address] += 1

    def add_stranger(self, socket: str) -> None:
        """It has shaken hands."""
        self.stranger_sockets[socket] = None
        self.stranger_count_by_address[self.address_by_socket[socket]] += 1

    def end_stranger(self, socket: str) -> None:
        """It has shown who it is, or it is gone."""
        if socket in self.stranger_sockets:
            del self.stranger_sockets[socket]
            _less(self.stranger_count_by_address, self.address_by_socket[socket])

    def give(self, socket: str, user: str) -> None:
        """It is this user's now."""
        self.take_back(socket)
        self.end_stranger(socket)
        self.user_by_socket[socket] = user
        self.sockets_by_user.setdefault(user, set()).add(socket)

    def take_back(self, socket: str) -> None:
        """It is nobody's."""
        user = self.user_by_socket.pop(socket, None)
        if user is not None:
            self.sockets_by_user[user].discard(socket)
            if not self.sockets_by_user[user]:
                del self.sockets_by_user[user]

    def remove(self, socket: str) -> None:
        """It is gone."""
        self.end_stranger(socket)
        self.take_back(socket)
        address = self.address_by_socket.pop(socket, None)
        if address is not None:
            _less(self.count_by_address, address)


class Usage:
    """Counts, and says what is too much; who asks answers the client."""

    def __init__(self, limits: UsageLimits | None = None) -> None:
        self.limits = limits or UsageLimits()
        self.sockets = SocketCounts()
        per_second = self.limits.connects_per_second
        self.connects = TokenBuckets(per_second, per_second * CONNECT_BURST_SECONDS)
        """By address, as are registrations and wrong passwords; lookups and uses are by user."""
        per_second = self.limits.ops_per_second
        self.ops = TokenBuckets(per_second, per_second * OPS_BURST_SECONDS)
        """By user: ops of all connections, whatever becomes of them (rule E6)."""
        per_second = self.limits.stranger_calls_per_second
        self.stranger_calls = TokenBuckets(per_second, per_second * STRANGERS_BURST_SECONDS)
        """By address: calls over connections that are not logged in."""
        self.refreshes = _hourly(self.limits.refreshes_per_hour)
        """By login."""
        self.registrations = _hourly(self.limits.registrations_per_hour)
        self.wrong_passwords = _hourly(self.limits.wrong_passwords_per_hour)
        self.provider_logins = _hourly(self.limits.provider_logins_per_hour)
        self.device_codes = _hourly(self.limits.device_codes_per_hour)
        self.user_codes = _hourly(self.limits.user_code_tries_per_hour)
        """By user: codes of the device flow with which no device asks."""
        self.mails_asked = _hourly(self.limits.mails_asked_per_hour)
        self.lookups = _hourly(self.limits.lookups_per_hour)
        self.recall_uses = _hourly(self.limits.recall_uses_per_hour)

    def use(self, limits: UsageLimits) -> None:
        """From now on these; who is here stays."""
        self.limits = limits
        for name, rates in vars(Usage(limits)).items():
            if isinstance(rates, TokenBuckets):
                getattr(self, name).use(rates)

    def on_connect(self, socket: str, address: str) -> bool:
        """A TCP connection; whether it may stay until it has asked for something."""
        self.sockets.add(socket, address)
        return self.sockets.count_by_address[address] <= self.limits.sockets_per_address + FAR_OVER

    def on_handshake(self, socket: str, now: float) -> str | None:
        """One more WebSocket; None: welcome. Else the bound that is reached, in a sentence."""
        limits, address = self.limits, self.sockets.address_by_socket[socket]
        if self.connects.take(address, now):
            return _over_limit_text("connections a second come", limits.connects_per_second)
        if self.sockets.count_by_address[address] > limits.sockets_per_address:
            return _over_limit_text("connections are open", limits.sockets_per_address)
        if self.sockets.stranger_count_by_address[address] >= limits.strangers_per_address:
            return _over_limit_text("connections wait for a login", limits.strangers_per_address)
        return None

    def on_open(self, socket: str) -> str | None:
        """The handshake is done. If strangers are too many now: the one that is to go."""
        self.sockets.add_stranger(socket)
        if len(self.sockets.stranger_sockets) <= self.limits.strangers:
            return None
        return next(iter(self.sockets.stranger_sockets))

    def bad_token(self, socket: str, now: float) -> None:
        """Whoever tries tokens gets fewer connections for it."""
        self.connects.charge(self.sockets.address_by_socket[socket], now, BAD_TOKEN_CONNECTS)

    def on_made(self, user: str, size: int, now: float) -> None:
        """The server has made ops for this user, of so many bytes: an undo, a redo or a restore.

        What is owed for them is at most what may come at once: they were asked for as one.
        """
        at_once = self.limits.ops_per_second * OPS_BURST_SECONDS
        self.ops.charge(user, now, size / BYTES_OF_A_MADE_OP, owed_at_most=at_once)

    def login_refusal(self, socket: str, user: str) -> str | None:
        """None: it may be this user's. Else the bound that is reached, in a sentence."""
        sockets_of_user = self.sockets.sockets_by_user.get(user, ())
        if socket in sockets_of_user or len(sockets_of_user) < self.limits.sockets_per_user:
            return None
        most = self.limits.sockets_per_user
        return f"this user has {most:.0f} connections open; close one, or come back later"


def _over_limit_text(what_is_many: str, most: float) -> str:
    return f"{most:.0f} {what_is_many} from this address; close some, or come back later"


def _less(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]

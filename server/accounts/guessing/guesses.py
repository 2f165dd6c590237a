"""Wrong passwords and codes of every kind: counted by address, by user and by network (rule A42).

A secret that nobody can guess (a token of 128 bits and more) is not held back here: whoever has a
right one comes in, whatever neighbours try.
"""

from collections import OrderedDict

from schema.server_limits import MAX_ADDRESSES_COUNTED
from server.accounts.guessing.networks import network_of
from server.accounts.guessing.shared_counts import SharedCounts
from server.accounts.usage import HOUR, TokenBuckets
from server.accounts.usage_limits import UsageLimits


class Guesses:
    """Those at one node, and of networks those at all nodes. Times are seconds, given."""

    def __init__(self, limits: UsageLimits, shared: SharedCounts) -> None:
        self._shared = shared
        self._per_network = limits.wrong_secrets_per_network
        most = limits.wrong_codes_per_hour
        self._rates_of_one = TokenBuckets(most / HOUR, most)
        """By address, or by user of who is logged in."""
        self._rates_of_network = TokenBuckets(self._per_network / HOUR, self._per_network)
        """By network, those at this node."""
        self._blocked_until: OrderedDict[str, float] = OrderedDict()
        """Network -> until when it has too many at all nodes; the oldest first."""

    def use(self, limits: UsageLimits) -> None:
        """From now on these."""
        new_guesses = Guesses(limits, self._shared)
        self._per_network = new_guesses._per_network
        self._rates_of_one.use(new_guesses._rates_of_one)
        self._rates_of_network.use(new_guesses._rates_of_network)

    def take(self, address: str, user: str | None, now: float, *, is_known: bool = False) -> float:
        """One more is about to be looked at: 0, and it counts as wrong until `give_back`.

        Or how many seconds to wait: many come at once, and none is looked at past the bound.
        `is_known`: it is of an account that has logged in from this address.
        """
        wait = self.network_wait(address, now) if user is None and not is_known else 0.0
        return wait or self._rates_of_one.take(user or address, now)

    def give_back(self, address: str, user: str | None, now: float) -> None:
        """It was not wrong."""
        self._rates_of_one.charge(user or address, now, -1.0)

    def network_wait(self, address: str, now: float) -> float:
        """The same, for all that the network of this address has tried."""
        network = network_of(address)
        blocked_seconds = self._blocked_until.get(network, now) - now
        return max(0.0, blocked_seconds, self._rates_of_network.wait(network, now))

    async def wrong_in_network(self, address: str, now: float) -> None:
        """A password was, or a code, of whatever account."""
        network = network_of(address)
        self._rates_of_network.charge(network, now, 1.0, owed_at_most=0.0)
        if wait := await self._shared.hit(f"wrong:{network}", self._per_network):
            self._blocked_until.pop(network, None)
            self._blocked_until[network] = now + wait
            if len(self._blocked_until) > MAX_ADDRESSES_COUNTED:
                self._blocked_until.popitem(last=False)

    async def close(self) -> None:
        """The node stops."""
        await self._shared.close()

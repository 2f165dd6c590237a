"""Bounds of what an op may cost."""

from itertools import pairwise

from rooms.document import Document
from schema import limits
from schema.bounds import Past
from schema.errors import ErrorCode
from schema.messages import Error
from schema.ops import Insert, Set
from tests.bounds.cases import Seen, case
from tests.rooms.bench import Bench
from tests.rooms.songs import blank


@case("MAX_ROUTE_LINKS")
def route_links() -> Seen:
    most = limits.MAX_ROUTE_LINKS // 2 - 1
    return Seen(_joined(most), _joined(most + 1))


def _joined(links: int) -> Past | None:
    """What is said of a link from the end of one chain of channels to the start of another."""
    bench = Bench(document=_two_chains(links))
    bench.join("ada")
    bench.edit("ada", Set("channels", "this_0000", {"dest": f"that_{links:04}"}))
    told = bench.last("ada")
    return ErrorCode(told.code) if isinstance(told, Error) else None


def _two_chains(links: int) -> Document:
    document = blank()
    for chain in ("this", "that"):
        channels = [None, *(f"{chain}_{n:04}" for n in range(links + 1))]
        for dest, channel in pairwise(channels):
            assert channel is not None
            assert not document.apply([Insert("channels", channel, {"dest": dest})]).drops
    return document

"""After a journal has lost its newest entries, each is told what of its own is gone."""

from prime_client.events import Position, Rewound
from prime_client.room import Room
from tests.client.fake_server import FakeServer, Heard, Message, swallow

VOLUME = {"op": "set", "col": "channels", "id": "ch_master", "props": {"volume": 0.5}}


async def test_J14_S3_who_comes_to_another_epoch_is_told_what_of_its_own_is_gone(
    server: FakeServer, room: Room
) -> None:
    kept, lost = room.edit([VOLUME]), room.edit([VOLUME])
    assert [await room.saved(kept), await room.saved(lost)] == [1, 2]
    server.reactions["delta"] = swallow
    pending = room.edit([VOLUME])
    await server.wait_for("delta", 3)

    def history(server: FakeServer, message: Message) -> None:
        page = {"entries": [{"id": kept, "seq": 1}], "next": None, "oldest": 1}
        server.say(t="reply", id=message["id"], result=page)

    server.reactions["history.list"] = history
    del server.reactions["delta"]
    server.epoch, server.head, server.resumes = "e2", 1, False
    heard = Heard(room)
    server.cut()
    told = await heard.until(Rewound)
    assert told == Rewound(Position("e", 2), Position("e2", 1), (lost,), is_exact=True)
    assert await room.saved(pending) == 2


async def test_S3_where_the_history_cannot_be_asked_what_is_certain_is_told(
    server: FakeServer, room: Room
) -> None:
    ids = [room.edit([VOLUME]) for _ in range(3)]
    await room.settled()

    def refuse(server: FakeServer, message: Message) -> None:
        server.say(t="error", id=message["id"], code="unavailable", message="no")

    server.reactions["history.list"] = refuse
    server.epoch, server.head, server.resumes = "e2", 1, False
    heard = Heard(room)
    server.cut()
    told = await heard.until(Rewound)
    assert told == Rewound(Position("e", 3), Position("e2", 1), (ids[1], ids[2]), is_exact=False)

"""What a room asks of the world: one packet for all, and jobs that pause."""

from collections.abc import Generator

from rooms.effects import pausing, send
from schema.messages import Left


def test_a_message_to_several_is_one_packet() -> None:
    message = Left("project", "leave-01")
    effect = send(message, (name for name in ("ann", "ben")))
    assert effect.to == ("ann", "ben")
    assert effect.packet.message is message
    assert effect.packet.frames == {}


def test_two_packets_share_no_frames() -> None:
    message = Left("project", "leave-01")
    one, two = (send(message, ["ann"]).packet for _ in range(2))
    one.frames["json"] = b"{}"
    assert two.frames == {}
    assert one != two


def test_a_pause_of_the_document_is_one_of_the_job_and_its_result_is_handed_on() -> None:
    def steps() -> Generator[None, None, str]:
        yield
        yield
        return "done"

    results: list[str] = []

    def job() -> Generator[list[object], None, None]:
        results.append((yield from pausing(steps())))  # type: ignore[misc]

    assert list(job()) == [[], []]
    assert results == ["done"]

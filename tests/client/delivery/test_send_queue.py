"""What may go out when: in order, within the window, again after a refusal or a new join."""

import random
from collections import deque

import pytest

from prime_client.delivery import send_queue
from prime_client.delivery.send_queue import SendQueue
from schema.limits import MAX_UNANSWERED


def frame_of(delta_id: str) -> bytes:
    return delta_id.encode()


def taken(queue: SendQueue) -> list[str]:
    return [frame.decode() for frame in queue.take(frame_of) if isinstance(frame, bytes)]


def queue_of(*delta_ids: str) -> SendQueue:
    queue = SendQueue()
    queue.begin_again()
    for delta_id in delta_ids:
        queue.add(delta_id, frame_of(delta_id))
    return queue


def test_D12_what_was_postponed_goes_out_again_before_what_follows_it() -> None:
    queue = queue_of("a", "b", "c")
    assert taken(queue) == ["a", "b", "c"]
    queue.add("d", b"d")
    for delta_id in ("a", "b", "c"):
        queue.postpone(delta_id)
    assert taken(queue) == ["a", "b", "c", "d"]
    assert queue.resent == 3


def test_D12_nothing_goes_out_while_one_behind_it_has_no_answer() -> None:
    queue = queue_of("a", "b", "c")
    taken(queue)
    queue.postpone("a")
    assert taken(queue) == []
    queue.postpone("c")
    assert taken(queue) == []  # "b" is refused as well, as soon as that is heard
    queue.postpone("b")
    assert taken(queue) == ["a", "b", "c"]


def test_D12_one_behind_that_was_known_already_is_no_hindrance() -> None:
    queue = queue_of("a", "b")
    taken(queue)
    queue.postpone("a")
    queue.committed("b")
    assert taken(queue) == ["a"]


def test_the_window_is_bounded_in_deltas_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_queue, "DELTAS_IN_FLIGHT", 2)
    queue = queue_of("a", "b", "c")
    assert taken(queue) == ["a", "b"]
    queue.committed("a")
    assert taken(queue) == ["c"]
    monkeypatch.setattr(send_queue, "BYTES_IN_FLIGHT", 2)
    queue.add("d", b"d")
    assert taken(queue) == []
    queue.postpone("b")
    queue.postpone("c")
    assert queue.in_flight == 0
    assert taken(queue) == ["b", "c"]


def test_D13_after_a_new_join_all_that_is_unanswered_goes_out_in_its_order() -> None:
    queue = queue_of("a", "b", "c")
    taken(queue)
    queue.committed("a")
    queue.postpone("b")
    queue.add("d", b"d")
    assert queue.begin_again() == []
    assert taken(queue) == ["b", "c", "d"]


def test_D13_nothing_goes_out_between_a_loss_and_the_next_join() -> None:
    queue = queue_of("a", "b")
    taken(queue)
    queue.stop()
    queue.add("c", b"c")
    queue.committed("a")  # heard as a missed delta
    assert taken(queue) == []
    queue.begin_again()
    assert taken(queue) == ["b", "c"]


def test_D13_what_was_sent_before_a_committed_one_was_refused_and_does_not_go_out() -> None:
    queue = queue_of("a", "b", "c")
    taken(queue)
    queue.committed("b")
    assert queue.begin_again() == ["a"]
    assert taken(queue) == ["c"]


def test_J15_a_join_names_in_order_what_was_sent_and_has_no_answer() -> None:
    queue = queue_of("a", "b", "c", "d")
    taken(queue)
    queue.postpone("b")
    queue.committed("a")
    queue.answered("c")
    queue.add("e", b"e")
    queue.stop()
    assert queue.sent_unanswered() == ["b", "d"]


def test_J15_it_names_no_more_than_a_join_may(monkeypatch: pytest.MonkeyPatch) -> None:
    assert send_queue.DELTAS_IN_FLIGHT <= MAX_UNANSWERED
    monkeypatch.setattr(send_queue, "DELTAS_IN_FLIGHT", 5)
    rng = random.Random(1)
    queue = queue_of(*(f"{number:03}" for number in range(400)))
    on_the_wire: list[str] = []
    for _ in range(2_000):
        on_the_wire += taken(queue)
        assert len(queue.sent_unanswered()) <= 5
        if on_the_wire:
            delta_id = on_the_wire.pop(rng.randrange(len(on_the_wire)))
            (queue.postpone if rng.random() < 0.7 else queue.committed)(delta_id)
        else:
            queue.begin_again()


class Server:
    """Takes, refuses for good or for now at random; keeps to rule D12."""

    def __init__(self, rng: random.Random) -> None:
        self.journal: list[str] = []
        self._rng = rng
        self._not_taken: str | None = None

    def joined(self) -> None:
        self._not_taken = None

    def take(self, delta_id: str) -> str:
        if delta_id in self.journal:
            return "ack"
        if self._not_taken not in (None, delta_id):
            return "later"
        self._not_taken = None
        answer = self._rng.choices(["ack", "later", "no"], [6, 3, 1])[0]
        if answer == "later":
            self._not_taken = delta_id
        elif answer == "ack":
            self.journal.append(delta_id)
        return answer


class Line:
    """A queue, a server, and what is under way between them."""

    def __init__(self, rng: random.Random) -> None:
        self.queue = SendQueue()
        self.queue.begin_again()
        self.server = Server(rng)
        self.unanswered: set[str] = set()
        self._there: deque[str] = deque()
        self._back: deque[tuple[str, str]] = deque()

    def add(self, delta_id: str) -> None:
        self.unanswered.add(delta_id)
        self.queue.add(delta_id, frame_of(delta_id))

    def send(self) -> None:
        self._there.extend(taken(self.queue))

    def serve(self) -> None:
        if self._there:
            delta_id = self._there.popleft()
            self._back.append((delta_id, self.server.take(delta_id)))

    def hear(self) -> None:
        if not self._back:
            return
        delta_id, answer = self._back.popleft()
        if answer == "later":
            self.queue.postpone(delta_id)
        else:
            done = self.queue.committed if answer == "ack" else self.queue.answered
            done(delta_id)
            self.unanswered.discard(delta_id)

    def break_and_join(self) -> None:
        self._there.clear()
        self._back.clear()
        self.server.joined()
        for delta_id in [one for one in self.server.journal if one in self.unanswered]:
            self.queue.committed(delta_id)  # it comes as a missed delta (rule J3)
            self.unanswered.discard(delta_id)
        self.unanswered.difference_update(self.queue.begin_again())


@pytest.mark.parametrize("seed", range(100))
def test_D12_D13_the_journal_has_the_order_of_the_edits_through_refusals_and_new_joins(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_queue, "DELTAS_IN_FLIGHT", 5)
    rng = random.Random(seed)
    line = Line(rng)
    unmade = deque(f"{number:03}" for number in range(60))
    actions = [line.send, line.serve, line.hear, line.break_and_join]
    while unmade or line.unanswered:
        if unmade and rng.random() < 0.2:
            line.add(unmade.popleft())
        [act] = rng.choices(actions, [20, 30, 30, 1])
        act()
    journal = line.server.journal
    assert journal == sorted(journal)
    assert len(journal) > 30

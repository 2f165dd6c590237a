"""Events are bounded, and what repeats is one of them."""

from schema.operating.event_kinds import EVENT_KINDS
from schema.server_limits import MAX_EVENT_NAME, MAX_EVENT_TEXT, MAX_EVENTS, MAX_EVENTS_SIZE
from server.events.events import GATHERED_SECONDS, Event, Events, EventSubject


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def kept(events: Events) -> list[Event]:
    return sorted(events.all(), key=lambda event: event.number)


def test_what_happens_again_to_the_same_is_one_event_with_the_newest_words() -> None:
    clock = Clock()
    events = Events(clock)
    ann = EventSubject(project="song", user="ann", text="first")
    events.note("diverged", ann)
    clock.now += 5
    events.note("diverged", ann._replace(text="second"), 3)
    events.note("diverged", EventSubject(project="song", user="bob"))
    [once, other] = kept(events)
    assert (once.count, once.first_at, once.last_at, once.about.text) == (
        4,
        1_000.0,
        1_005.0,
        "second",
    )
    assert (other.count, other.about.user) == (1, "bob")
    clock.now = once.first_at + GATHERED_SECONDS
    events.note("diverged", ann)
    assert [event.count for event in kept(events)] == [4, 1, 1]


def test_what_is_no_kind_of_event_is_none() -> None:
    events = Events()
    events.note("received_messages")
    events.note("closed_connections.restarting")
    assert kept(events) == []


def test_words_and_names_are_cut() -> None:
    events = Events()
    events.note("task_failed", EventSubject(name="n" * 1_000, text="t" * 1_000))
    [event] = kept(events)
    assert (len(event.about.name), len(event.about.text)) == (MAX_EVENT_NAME, MAX_EVENT_TEXT)


def test_there_are_never_too_many_and_a_loop_does_not_wash_away_what_happened_once() -> None:
    events = Events()
    events.note("journal_went_back", EventSubject(project="song"))
    for number in range(3 * MAX_EVENTS):
        events.note("bad_tokens", EventSubject(address=str(number)))
    found = kept(events)
    assert len(found) == MAX_EVENTS
    assert found[0].kind == "journal_went_back"
    assert found[-1].about.address == str(3 * MAX_EVENTS - 1)
    assert found[1].about.address == str(2 * MAX_EVENTS + 1)


def test_their_words_take_so_many_bytes_at_most() -> None:
    events = Events()
    for number in range(MAX_EVENTS):
        whom = str(number).rjust(MAX_EVENT_NAME, "x")
        about = EventSubject(whom, whom, whom, whom, whom, "t" * MAX_EVENT_TEXT)
        for kind in EVENT_KINDS:
            events.note(kind, about)
    total = sum(event.size for event in events.all())
    assert MAX_EVENTS_SIZE - 1_000 < total <= MAX_EVENTS_SIZE


def test_what_is_forgotten_begins_anew() -> None:
    clock = Clock()
    events = Events(clock)
    events.note("bad_tokens", EventSubject(address="first"))
    for number in range(MAX_EVENTS):
        events.note("bad_tokens", EventSubject(address=str(number)))
    events.note("bad_tokens", EventSubject(address="first"))
    assert kept(events)[-1].count == 1
    assert len(kept(events)) == MAX_EVENTS

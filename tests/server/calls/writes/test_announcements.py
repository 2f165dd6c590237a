"""What is announced of a transaction, and when."""

from typing import Any

from server.calls.writes.announcements import HeldAnnouncements


class Heard:
    """Notes what was announced."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def role_changed(self, *what: Any) -> None:
        self.heard.append(("role", *what))

    def session_revoked(self, *what: Any) -> None:
        self.heard.append(("session", *what))

    def project_changed(self, *what: Any) -> None:
        self.heard.append(("project", *what))

    def project_made(self, *what: Any) -> None:
        self.heard.append(("made", *what))

    def media_changed(self, *what: Any) -> None:
        self.heard.append(("media", *what))

    def session_permitted(self, *what: Any) -> None:
        self.heard.append(("permitted", *what))

    def rows_changed(self) -> None:
        self.heard.append(("rows",))


def test_all_is_told_in_order_and_once() -> None:
    heard = Heard()
    held = HeldAnnouncements(heard)
    held.project_made("p", "u", 1)
    held.role_changed("p", "u", None)
    held.project_changed("p", 2, True)
    held.session_revoked("s")
    held.media_changed("p")
    held.rows_changed()
    assert heard.heard == []
    held.tell()
    held.tell()
    assert heard.heard == [
        ("made", "p", "u", 1),
        ("role", "p", "u", None),
        ("project", "p", 2, True),
        ("session", "s", ""),
        ("media", "p"),
        ("rows",),
    ]

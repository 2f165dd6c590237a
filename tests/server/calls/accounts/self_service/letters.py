"""What accounts were written, as it was put into the outbox: with the secrets."""

from collections.abc import Mapping
from typing import Any

import pytest

from persistence.pool import Executor
from persistence.tables import mail_outbox
from persistence.tables.mail_outbox import MailKind
from tests.server.conftest import Node
from tests.server.wire import Message


class Letters:
    """Every mail of this test, the oldest first: (kind, recipient, payload)."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.all: list[tuple[MailKind, str, dict[str, Any]]] = []
        put = mail_outbox.put

        async def kept(
            db: Executor,
            *,
            recipient: str,
            kind: MailKind,
            payload: Mapping[str, object],
            user_id: str | None = None,
        ) -> bool:
            is_put = await put(db, recipient=recipient, kind=kind, payload=payload, user_id=user_id)
            if is_put:
                self.all.append((kind, recipient, dict(payload)))
            return is_put

        patch.setattr(mail_outbox, "put", kept)

    def of(self, kind: MailKind) -> list[tuple[str, dict[str, Any]]]:
        return [(recipient, payload) for each, recipient, payload in self.all if each is kind]

    async def newest(self, node: Node, kind: MailKind) -> Message:
        """The payload of the newest of this kind, once all that was asked for is put."""
        await node.context.asked_mails.send_all()
        return self.of(kind)[-1][1]

    async def count(self, node: Node) -> int:
        await node.context.asked_mails.send_all()
        return len(self.all)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Letters:
    return Letters(monkeypatch)


def wrong_code(code: str, by: int = 1) -> str:
    """Another one than was mailed."""
    return f"{(int(code) + by) % 1_000_000:06}"

"""Frees what is large piece by piece, in a worker thread.

Even there, freeing in one go holds the GIL for 10 ms and more.
"""

import time
from collections import deque

from rooms.document.document import Document
from rooms.freeable import Freeable

PIECE = 100
"""Of a collection, what is freed between two pauses: entries with their ops."""


def free(contents: list[Freeable]) -> None:
    """To the end, whether or not anyone waits for it."""
    while contents:
        _free_one(contents.pop())


def _free_one(freeable: Freeable) -> None:
    if isinstance(freeable, Document):
        free_document(freeable)
        return
    take = freeable.pop if isinstance(freeable, deque) else freeable.popitem
    while freeable:
        for _ in range(min(len(freeable), PIECE)):
            take()
        time.sleep(0)


def free_document(document: Document) -> None:
    """The same of a document."""
    for _ in document.dismantling():
        time.sleep(0)

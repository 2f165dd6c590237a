"""What is large in a room, and is freed piece by piece when the room is closed."""

from collections import deque
from typing import Any

from rooms.document.document import Document

Freeable = Document | deque[Any] | dict[Any, Any]
"""Whoever gives it holds it no more, so it may be taken apart in a worker thread."""

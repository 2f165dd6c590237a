"""The second wall before the log: whatever was written there by mistake, secrets are not."""

import re
from collections.abc import MutableMapping
from typing import Any

from schema.text.redacted import REDACTED, redacted

IN_TEXT = re.compile(
    r"(?P<before>://[^/\s:@]*:)[^@\s/]+(?=@)"  # the password of an address
    r"|\beyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]+"  # a JWT
)


def redact(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
    """A processor of structlog: by keys, and by what passwords and tokens look like in a text."""
    return {key: _scrubbed(value) for key, value in redacted(line).items()}


def _scrubbed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return IN_TEXT.sub(lambda found: (found["before"] or "") + REDACTED, value)

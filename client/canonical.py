"""The canonical form of a project state, so that two copies can be compared by a digest."""

import hashlib
import json
from typing import Any


def digest(state: Any) -> str:
    """BLAKE2b-16 over JSON with sorted keys and every number a float: 1 and 1.0 are the same."""
    text = json.dumps(_canonical(state), sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, float):
        return value + 0.0  # -0.0 becomes 0.0: a checkpoint does not keep the sign
    return value

"""Settings that are on or off."""

_ON = ("1", "true", "yes", "on")
_OFF = ("", "0", "false", "no", "off")


def is_on(name: str, text: str | None) -> bool:
    """Whether the text of this variable means on; not set is off. Raises `ValueError`."""
    word = (text or "").strip().lower()
    if word not in (*_ON, *_OFF):
        raise ValueError(f"{name} must be {', '.join(_ON)} or {', '.join(_OFF[1:])}, not {text!r}")
    return word in _ON

# Made by `python -m schema.generate` from schema/order_keys.py: change it there.
"""Order keys: short strings between any two of which another one fits.

A key is an integer and a fraction. The head letter says how many base-62 digits the integer has
(`a` one, `b` two; below zero `Z` one, `Y` two), so that appending counts up instead of growing.
The scheme is David Greenspan's; comparing keys is comparing their ASCII bytes.
"""

from prime_client.schema.limits import MAX_KEY_LENGTH

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FIRST_KEY = "a0"
_SMALLEST_INTEGER = "A" + "0" * 26
PATTERN = (
    rf"^(?!{_SMALLEST_INTEGER}$)("
    + "|".join(f"[{chr(ord('a') + n)}{chr(ord('Z') - n)}][0-9A-Za-z]{{{n + 1}}}" for n in range(26))
    + ")([0-9A-Za-z]*[1-9A-Za-z])?$"
)
"""What `is_order_key` says, but for the length, as a regular expression of JSON Schema."""

_VALUES = {digit: value for value, digit in enumerate(DIGITS)}


def is_order_key(key: object) -> bool:
    """Whether this is a key as `between` makes them."""
    return isinstance(key, str) and problem_with_key(key) is None


def problem_with_key(key: str) -> str | None:
    """Why this is no key as `between` makes them, as the rest of a sentence, or None."""
    if not 2 <= len(key) <= MAX_KEY_LENGTH:
        return f"an order key has 2 to {MAX_KEY_LENGTH} characters"
    if any(digit not in _VALUES for digit in key):
        return "an order key has letters (a-z, A-Z) and digits only"
    length = _integer_length(key[0])
    if not length:
        return "an order key begins with a letter"
    if len(key) < length:
        return f"an order key that begins with {key[0]!r} has at least {length} characters"
    if key == _SMALLEST_INTEGER:
        return "nothing could go in front of this order key: give it a fraction"
    if len(key) > length and key[-1] == "0":
        return f"what follows the first {length} characters of this order key must not end in 0"
    return None


def between(before: str | None, after: str | None) -> str:
    """A key after `before` and in front of `after`; None is the end of the list on that side."""
    _check_bounds(before, after)
    key = _between(before, after)
    if len(key) > MAX_KEY_LENGTH:
        raise ValueError(
            f"no key of {MAX_KEY_LENGTH} characters fits between {before!r} and {after!r}: "
            "give the neighbours new keys with spread()"
        )
    return key


def spread(before: str | None, after: str | None, count: int) -> list[str]:
    """So many keys in order between the two, as short as can be: for a paste or an import."""
    if count < 0:
        raise ValueError(f"count is {count}: it must not be negative")
    _check_bounds(before, after)
    if after is None:
        return _count_up(before, count)
    if before is None:
        return _count_down(after, count)
    return _halve(before, after, count)


def _count_up(before: str | None, count: int) -> list[str]:
    keys: list[str] = []
    for _ in range(count):
        before = between(before, None)
        keys.append(before)
    return keys


def _count_down(after: str, count: int) -> list[str]:
    keys: list[str] = []
    for _ in range(count):
        after = between(None, after)
        keys.append(after)
    return keys[::-1]


def _halve(before: str, after: str, count: int) -> list[str]:
    if count == 0:
        return []
    middle = between(before, after)
    first_half = count // 2
    return [
        *_halve(before, middle, first_half),
        middle,
        *_halve(middle, after, count - first_half - 1),
    ]


def _check_bounds(before: str | None, after: str | None) -> None:
    for key in (before, after):
        if key is not None and not is_order_key(key):
            raise ValueError(f"{key!r} is not an order key")
    if before is not None and after is not None and before >= after:
        raise ValueError(f"{before!r} does not come in front of {after!r}")


def _between(before: str | None, after: str | None) -> str:
    if before is None and after is None:
        return FIRST_KEY
    if after is None:
        return _after(before or "")
    if before is None:
        return _in_front(after)
    integer, fraction = _split(before)
    integer_after, fraction_after = _split(after)
    if integer == integer_after:
        return integer + _midpoint(fraction, fraction_after)
    next_integer = _increment(integer)
    if next_integer is not None and next_integer < after:
        return next_integer
    return integer + _midpoint(fraction, None)


def _after(key: str) -> str:
    integer, fraction = _split(key)
    return _increment(integer) or integer + _midpoint(fraction, None)


def _in_front(key: str) -> str:
    integer, fraction = _split(key)
    if integer == _SMALLEST_INTEGER:
        return integer + _midpoint("", fraction)
    if fraction:
        return integer
    integer_before = _decrement(integer)
    # The smallest integer alone is no key: nothing could ever go in front of it.
    return (
        integer_before + _midpoint("", None)
        if integer_before == _SMALLEST_INTEGER
        else integer_before
    )


def _integer_length(head: str) -> int:
    if "a" <= head <= "z":
        return ord(head) - ord("a") + 2
    if "A" <= head <= "Z":
        return ord("Z") - ord(head) + 2
    return 0


def _split(key: str) -> tuple[str, str]:
    length = _integer_length(key[0])
    return key[:length], key[length:]


def _midpoint(low: str, high: str | None) -> str:
    """A fraction between two fractions; `high` None is one whole."""
    if high is not None:
        shared = _shared_prefix(low, high)
        if shared:
            return high[:shared] + _midpoint(low[shared:], high[shared:])
    low_digit = _VALUES[low[0]] if low else 0
    high_digit = _VALUES[high[0]] if high else len(DIGITS)
    if high_digit - low_digit > 1:
        return DIGITS[(low_digit + high_digit + 1) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return DIGITS[low_digit] + _midpoint(low[1:], None)


def _shared_prefix(low: str, high: str) -> int:
    length = 0
    while length < len(high) and (low[length] if length < len(low) else "0") == high[length]:
        length += 1
    return length


def _increment(integer: str) -> str | None:
    """The next integer, or None at the largest."""
    stem = integer[1:].rstrip("z")
    zeros = "0" * (len(integer) - 1 - len(stem))
    if stem:
        return integer[0] + stem[:-1] + DIGITS[_VALUES[stem[-1]] + 1] + zeros
    if integer[0] == "z":
        return None
    head = "a" if integer[0] == "Z" else chr(ord(integer[0]) + 1)
    return head + "0" * (_integer_length(head) - 1)


def _decrement(integer: str) -> str:
    """The integer in front; never asked at the smallest."""
    stem = integer[1:].rstrip("0")
    nines = "z" * (len(integer) - 1 - len(stem))
    if stem:
        return integer[0] + stem[:-1] + DIGITS[_VALUES[stem[-1]] - 1] + nines
    head = "Z" if integer[0] == "a" else chr(ord(integer[0]) - 1)
    return head + "z" * (_integer_length(head) - 1)

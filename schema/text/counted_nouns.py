"""How many there are of something, in words."""


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`1 project`, `2,000 projects`; `nouns`: of several, where an s is not enough."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"

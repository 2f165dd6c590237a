"""How many there are of something, in words."""


def counted(number: int, noun: str) -> str:
    """`1 project`, `2,000 projects`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

"""A text of several lines as one: for a log, a terminal, a table."""


def one_line(text: str) -> str:
    """The same words, with one space between two."""
    return " ".join(text.split())


def said_by(error: BaseException) -> str:
    """What an error says, in one line; its class, if it says nothing."""
    return one_line(str(error)) or type(error).__name__

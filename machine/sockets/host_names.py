"""What a host of an address may look like, before anything tries to find it. Pure."""

LONGEST_LABEL = 63
"""Characters between two dots (RFC 1035)."""

MARKS = ".-_"
"""Beside letters and digits; of an IPv6 address also `:`, and `%` before its zone."""


def problem_with_host(host: str) -> str | None:
    """Why none can have this name, in a clause that repeats one character at most; None: one may.

    `host` is without the brackets of an IPv6 address.
    """
    if not host:
        return "a host is missing in it"
    marks = f"{MARKS}:%" if ":" in host else MARKS
    strange = next((each for each in host if not (each.isalnum() or each in marks)), None)
    if strange is not None:
        return f"its host has {strange!r} in it, which no host has: write the host alone"
    labels = host.removesuffix(".").split(".")
    if ":" not in host and not all(1 <= len(label) <= LONGEST_LABEL for label in labels):
        return f"its host has a part between dots that is empty or over {LONGEST_LABEL} characters"
    return None

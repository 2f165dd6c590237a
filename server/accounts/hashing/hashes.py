"""Hashes of passwords: our own, and those that imported accounts bring along.

What is verified here costs at most as much as the bounds say: a hash that asks for more is refused
like a wrong password, and takes as long as one of ours.
"""

from collections.abc import Callable

import bcrypt
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from schema.server_limits import MAX_ARGON2_KIB, MAX_ARGON2_PASSES, MAX_BCRYPT_COST
from server.accounts.hashing import firebase
from server.accounts.hashing.costs import MOST_ARGON2_LANES, OWASP, HashCosts, TooCostly

BCRYPT_LENGTH = 72
"""What bcrypt looks at; whatever made the hash cut the password there."""


class Hashes:
    """Made and verified; every function takes tens of milliseconds, so call them in a thread."""

    def __init__(self, costs: HashCosts = OWASP) -> None:
        self._hasher = PasswordHasher(**costs)
        self._nobody = self._hasher.hash("the password of nobody")
        """What is verified where there is no hash, so that it takes as long (rule A1)."""

    def make(self, password: str) -> str:
        """A new hash, argon2id with a salt of its own."""
        return self._hasher.hash(password)

    def is_right(self, stored_hash: str | None, password: str) -> bool:
        """Whether the password is that of the hash; None, or a hash that is none of those: no.

        A wrong one is verified against one of ours in any case: it never takes less.
        """
        if stored_hash is not None:
            try:
                if _VERIFY[stored_hash.split("$", 2)[1]](stored_hash, password):
                    return True
                if not self.is_old(stored_hash):
                    return False
            except (LookupError, ValueError, TooCostly):
                pass
        _is_right_by_argon2(self._nobody, password)
        return False

    def is_old(self, stored_hash: str) -> bool:
        """Whether a right password is to be hashed anew: of other costs, or of another kind."""
        try:
            return self._hasher.check_needs_rehash(stored_hash)
        except InvalidHashError:
            return True


def _is_right_by_argon2(stored_hash: str, password: str) -> bool:
    try:
        costs = extract_parameters(stored_hash)
        if (
            costs.memory_cost > MAX_ARGON2_KIB
            or costs.time_cost > MAX_ARGON2_PASSES
            or costs.parallelism > MOST_ARGON2_LANES
        ):
            raise TooCostly
        return PasswordHasher().verify(stored_hash, password)
    except InvalidHashError:
        raise ValueError from None
    except VerificationError:
        return False


def _is_right_by_bcrypt(stored_hash: str, password: str) -> bool:
    """As all its versions do for a password without NUL; those with one never were any."""
    if int(stored_hash.split("$")[2]) > MAX_BCRYPT_COST:
        raise TooCostly
    if "\0" in password:
        raise ValueError
    return bcrypt.checkpw(password.encode()[:BCRYPT_LENGTH], stored_hash.encode())


_VERIFY: dict[str, Callable[[str, str], bool]] = {
    "argon2id": _is_right_by_argon2,
    "argon2i": _is_right_by_argon2,
    "argon2d": _is_right_by_argon2,
    "2a": _is_right_by_bcrypt,
    "2b": _is_right_by_bcrypt,
    "2y": _is_right_by_bcrypt,
    "fbscrypt": firebase.is_right,
}
"""What a hash begins with, between its first two dollar signs -> how it is verified.

Each raises `ValueError` for what is no such hash, and `TooCostly`, before it works.
"""

"""Bounds of passwords and of imported hashes (rules A20 to A22)."""

from collections.abc import Callable

from schema import server_limits
from schema.bounds import Past
from schema.errors import ErrorCode
from schema.limits import MAX_PASSWORD_BYTES
from server.accounts.hashing import firebase, hashes
from server.accounts.hashing.costs import TooCostly
from server.accounts.hashing.hashing_queue import HashingQueue
from server.accounts.password_rules import checked
from server.refused import Refused
from tests.bounds.cases import Seen, case

Verify = Callable[[str, str], bool]


def _at(verify: Verify, stored: str, bound: int) -> Seen:
    """Of a hash that has the bound where it says `N`; what is within is not worked on."""

    def tried(value: int) -> Past | None:
        try:
            verify(stored.replace("N", str(value)), "\0")
        except TooCostly:
            return ErrorCode.AUTH_FAILED
        except ValueError:  # it is no whole hash, which is seen behind its costs
            pass
        return None

    return Seen(tried(bound), tried(bound + 1))


@case("MAX_ARGON2_KIB")
def argon2_kib() -> Seen:
    stored = "$argon2id$v=19$m=N,t=1,p=1$YWJjZGVmZ2g$YWJjZGVmZ2hhYmNkZWZnaA"
    return _at(hashes._is_right_by_argon2, stored, server_limits.MAX_ARGON2_KIB)


@case("MAX_ARGON2_PASSES")
def argon2_passes() -> Seen:
    stored = "$argon2id$v=19$m=8,t=N,p=1$YWJjZGVmZ2g$YWJjZGVmZ2hhYmNkZWZnaA"
    return _at(hashes._is_right_by_argon2, stored, server_limits.MAX_ARGON2_PASSES)


@case("MAX_BCRYPT_COST")
def bcrypt_cost() -> Seen:
    return _at(hashes._is_right_by_bcrypt, "$2b$N$none", server_limits.MAX_BCRYPT_COST)


@case("MAX_SCRYPT_BYTES")
def scrypt_bytes() -> Seen:
    """By 128 x 8 x 2^n."""
    power = (server_limits.MAX_SCRYPT_BYTES // 1_024).bit_length() - 1
    stored = "$fbscrypt$v=1,n=N,r=8,p=1,sk=YWJj$YWJj$YWJj"
    return _at(firebase.is_right, stored, power)


@case("MAX_PASSWORD_BYTES")
def password_bytes() -> Seen:
    def tried(size: int) -> Past | None:
        try:
            checked("x" * size)
        except Refused as refused:
            return refused.code
        return None

    return Seen(tried(MAX_PASSWORD_BYTES), tried(MAX_PASSWORD_BYTES + 1))


@case("MAX_PASSWORD_WAIT_SECONDS")
def password_wait() -> Seen:
    """Of hashes of half a second each: whether the last one within the bound is taken."""
    passwords = HashingQueue()
    passwords._seconds_each = 0.5
    most = passwords._most_waiting
    passwords.close()
    seconds = server_limits.MAX_PASSWORD_WAIT_SECONDS
    return Seen(
        None if most * 0.5 <= seconds else ErrorCode.UNAVAILABLE,
        ErrorCode.UNAVAILABLE if (most + 1) * 0.5 > seconds else None,
    )

"""Hashes of passwords: ours, imported ones, and those that would cost too much."""

import bcrypt
import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from server.accounts.hashing import hashes as module
from server.accounts.hashing.costs import OWASP, HashCosts
from server.accounts.hashing.hashes import Hashes

CHEAP = HashCosts(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD = "correct horse"
LONG = "grün" * 30
"""Its 72nd byte is within a letter."""


def test_A1_hashes_are_as_owasp_has_them() -> None:
    """At least: a test's node has quicker ones."""
    kept = extract_parameters(Hashes(OWASP).make(PASSWORD))
    assert (kept.type, kept.time_cost, kept.memory_cost) == (Type.ID, 2, 19 * 1_024)


@pytest.mark.parametrize("kind", list(Type))
def test_A21_argon2_of_every_kind_is_verified_and_old(kind: Type) -> None:
    hashes = Hashes(CHEAP)
    imported = PasswordHasher(2, 128, 2, type=kind).hash(PASSWORD)
    assert hashes.is_right(imported, PASSWORD)
    assert not hashes.is_right(imported, "wrong horse")
    assert hashes.is_old(imported)
    assert not hashes.is_old(hashes.make(PASSWORD))


@pytest.mark.parametrize("prefix", ["2a", "2b", "2y"])
@pytest.mark.parametrize("password", [PASSWORD, LONG, "x" * 72, "x" * 1_000])
def test_A21_bcrypt_of_every_kind_is_verified_as_it_was_made(prefix: str, password: str) -> None:
    hashes = Hashes(CHEAP)
    made = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    imported = made.replace("$2b$", f"${prefix}$", 1)
    assert hashes.is_right(imported, password)
    assert not hashes.is_right(imported, "wrong horse")
    assert not hashes.is_right(imported, password[:20] + "\0" + password[20:])
    assert hashes.is_old(imported)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        "$",
        "secret",
        "$1$abc$def",
        "$argon2id$",
        "$argon2id$v=19$m=131073,t=1,p=1$c29tZXNhbHRzb21l$aGFzaGhhc2hoYXNoaGFzaA",
        "$argon2id$v=19$m=64,t=1000000,p=1$c29tZXNhbHRzb21l$aGFzaGhhc2hoYXNoaGFzaA",
        "$argon2d$v=19$m=131072,t=1,p=4096$c29tZXNhbHRzb21l$aGFzaGhhc2hoYXNoaGFzaA",
        "$2b$31$" + "a" * 53,
        "$2b$xx$" + "a" * 53,
        "$2b$04$short",
        "$fbscrypt$v=1,n=31,r=8,p=1,ss=Bw==,sk=YWJj$YWJj$YWJj",
        "$fbscrypt$v=2,n=1,r=1,p=1,ss=Bw==,sk=YWJj$YWJj$YWJj",
    ],
)
def test_A21_what_is_no_hash_or_costs_too_much_is_wrong_after_the_work_of_one_of_ours(
    stored: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = Hashes(CHEAP)
    verified: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, known: str, password: str) -> bool:
        verified.append(known)
        return verify(self, known, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    assert not hashes.is_right(stored, PASSWORD)
    assert [extract_parameters(known).memory_cost for known in verified if "Z2hhc2" not in known]
    assert hashes.is_old(stored or "")


def test_A1_a_wrong_password_costs_one_of_our_hashes_whatever_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counted, and by no clock: a foreign hash that is cheap must not be told from nobody's."""
    verified = []
    by_argon2 = module._is_right_by_argon2

    def counted(stored: str, password: str) -> bool:
        verified.append(extract_parameters(stored))
        return by_argon2(stored, password)

    monkeypatch.setattr(module, "_is_right_by_argon2", counted)
    monkeypatch.setitem(module._VERIFY, "argon2id", counted)
    hashes = Hashes(CHEAP)
    own = extract_parameters(hashes.make(PASSWORD))
    for stored in (
        None,
        "no hash",
        hashes.make(PASSWORD),
        bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
        PasswordHasher(1, 8, 1).hash(PASSWORD),
    ):
        verified.clear()
        assert not hashes.is_right(stored, "wrong horse")
        assert verified.count(own) == 1, stored

"""The one form of an e-mail address, by which an account is found: one person, one account.

The local part in NFC and small letters, the domain in ASCII (IDNA 2008, mapped by UTS 46).
"""

import re

import idna

from schema.limits import MAX_ADDRESS_LENGTH, MAX_LOCAL_BYTES
from schema.text.text_rules import in_nfc, is_all_seen, problem_with_name

_LOCAL = re.compile(r'[^\s.@"(),:;<>\[\]\\]+(\.[^\s.@"(),:;<>\[\]\\]+)*')
"""Words joined by single dots (RFC 5321, RFC 6531): nothing that would have to be quoted."""


class NoAddress(ValueError):
    """This is no address for mail; the message says why, as a sentence."""


def key_of(email: str) -> str:
    """The form that an account is found by; raises `NoAddress`."""
    email = in_nfc(email)
    local, _, domain = email.rpartition("@")
    if len(email) > MAX_ADDRESS_LENGTH or len(local.encode()) > MAX_LOCAL_BYTES:
        raise NoAddress(
            f"an address has at most {MAX_ADDRESS_LENGTH} characters, "
            f"and {MAX_LOCAL_BYTES} bytes before the @"
        )
    if _LOCAL.fullmatch(local) is None or problem_with_name(local) or not is_all_seen(local):
        raise NoAddress("before the @ of an address are words joined by single dots, unquoted")
    return f"{in_nfc(local.lower())}@{_in_ascii(domain)}"


def as_kept(email: str) -> str:
    """The address as it is kept, shown and written to: as it was typed, but for its spelling.

    Both sides in NFC, a domain in letters as IDNA maps it: what nobody sees is gone (rule A66).
    Never raises: what is no address (one of an old account) only comes in NFC.
    """
    email = in_nfc(email)
    local, at, domain = email.rpartition("@")
    if domain.isascii():
        return email
    try:
        return f"{local}{at}{idna.uts46_remap(domain, std3_rules=True)}"
    except (idna.IDNAError, UnicodeError):
        return email


def _in_ascii(domain: str) -> str:
    try:
        ascii_form = idna.encode(domain, uts46=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise NoAddress(f"behind the @ of an address is a domain: {error}") from None
    if "." not in ascii_form.strip("."):
        raise NoAddress("behind the @ of an address is a domain with a dot in it")
    return ascii_form.removesuffix(".").lower()


def keys_of(email: str) -> list[str]:
    """What an account with this address may be found by, the closest first.

    As it was written comes first: so accounts of before are found whose one form is another's.
    """
    try:
        return list(dict.fromkeys([email.lower(), key_of(email)]))
    except NoAddress:
        return [email.lower()]  # an account of before these rules

"""Damaged files: a whole one of some format, and a number that says what is done to it."""

import random
import re
from collections.abc import Callable

from tests.files.helpers.formats import Format

Damage = Callable[[random.Random, bytes], bytes]

HUGE = (
    b"1e308",
    b"-1e308",
    b"99999999999999999999",
    b"1e-320",
    b"NaN",
    b"-inf",
    b"0x10",
    b"\xd9\xa3",
)
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
WORD = re.compile(rb'"[^"]{0,40}"')
OPENING = re.compile(rb"<[A-Za-z][^<>/]*>|[\[{]")
BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]>'
)


def truncated(rng: random.Random, content: bytes) -> bytes:
    """Cut off anywhere."""
    return content[: rng.randrange(len(content) + 1)]


def swapped(rng: random.Random, content: bytes) -> bytes:
    """Some bytes change places."""
    damaged = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        one, other = rng.randrange(len(damaged)), rng.randrange(len(damaged))
        damaged[one], damaged[other] = damaged[other], damaged[one]
    return bytes(damaged)


def flipped(rng: random.Random, content: bytes) -> bytes:
    """Some bytes become others."""
    damaged = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    return bytes(damaged)


def doubled(rng: random.Random, content: bytes) -> bytes:
    """A part is there twice, or is missing."""
    start = rng.randrange(len(content))
    end = start + rng.randrange(1, 400)
    middle = content[start:end] * rng.choice((0, 2, 3))
    return content[:start] + middle + content[end:]


def huge(rng: random.Random, content: bytes) -> bytes:
    """Some numbers are such as no song has."""
    found = list(NUMBER.finditer(content, _body(content)))
    for match in sorted(rng.sample(found, min(len(found), rng.randint(1, 6))), key=_start)[::-1]:
        content = content[: match.start()] + rng.choice(HUGE) + content[match.end() :]
    return content


def mixed(rng: random.Random, content: bytes) -> bytes:
    """Texts and values stand where others belong."""
    found = list(WORD.finditer(content, _body(content)))
    for match in sorted(rng.sample(found, min(len(found), rng.randint(1, 12))), key=_start)[::-1]:
        word = rng.choice(found)[0]
        content = content[: match.start()] + word + content[match.end() :]
    return content


def nested(rng: random.Random, content: bytes) -> bytes:
    """One element, list or object, inside itself without end."""
    found = list(OPENING.finditer(content))
    if not found:
        return content
    match = rng.choice(found)
    return content[: match.end()] + match[0] * rng.choice((60, 200, 5_000)) + content[match.end() :]


def with_entities(rng: random.Random, content: bytes) -> bytes:
    """Entities that grow, or read a file."""
    at = _body(content) if rng.random() < 0.8 else rng.randrange(len(content))
    damaged = content[:at] + BOMB + content[at:]
    found = list(WORD.finditer(damaged, at + len(BOMB)))
    if found:
        place = rng.choice(found)
        damaged = damaged[: place.start()] + b'"&c;&d;"' + damaged[place.end() :]
    return damaged


def _body(content: bytes) -> int:
    """Where it begins, behind what says that this is XML."""
    return content.find(b"?>") + 2 if content.startswith(b"<?xml") else 0


def _start(match: re.Match[bytes]) -> int:
    return match.start()


WHOLE: tuple[Damage, ...] = (truncated, swapped, flipped, doubled)
"""What happens to a file as it lies on a disk."""

INSIDE: tuple[Damage, ...] = (*WHOLE, huge, mixed, nested, with_entities)
"""What happens to what is packed in it, too."""

OFTEN = (1, 1, 1, 2, 8, 8, 1, 1)
"""How often each: what stays XML or JSON gets further into a reader."""


def mutated(form: Format, number: int) -> tuple[bytes, str]:
    """The file that this number stands for, and what was done to it."""
    rng = random.Random(f"{form.name} {number}")
    content = rng.choice(form.samples())
    if rng.random() < 0.15:
        damage = rng.choice(WHOLE)
        return damage(rng, content), damage.__name__
    [damage] = rng.choices(INSIDE, OFTEN)
    return form.pack(damage(rng, form.unpack(content))), f"{damage.__name__} inside"

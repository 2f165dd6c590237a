"""What a lock pins."""

import re

from machine.deploying.package import ROOT

PIN = re.compile(r"^([a-z0-9.-]+)==([^ ]+)(.*?)\n((?: +--hash=\S+(?: \\)?\n?)+)", re.MULTILINE)


def pins(name: str) -> dict[tuple[str, str, str], set[str]]:
    """(Package, version, marker) -> hashes, of a lock of the checkout."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {
        (package, version, marker.strip(" ;\\")): set(re.findall(r"--hash=(\S+)", hashes))
        for package, version, marker, hashes in PIN.findall(text)
    }

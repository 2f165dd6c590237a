"""Which LMMS wrote a file: the number of upgrades that LMMS itself would leave out for it."""

import re
from bisect import bisect_right
from xml.etree.ElementTree import Element

_COUNTED_SINCE = (
    "0.2.1-20070501", "0.2.1-20070508", "0.3.0-rc2", "0.3.0", "0.4.0-20080104", "0.4.0-20080118",
    "0.4.0-20080129", "0.4.0-20080409", "0.4.0-20080607", "0.4.0-20080622", "0.4.0-beta1",
    "0.4.0-rc2", "1.0.99-0", "1.1.0-0", "1.1.91-0", "1.2.0-rc3", "1.3.0",
)  # fmt: skip
"""The releases that changed the format while files were told apart by the release alone."""

_UNSIGNED = 16
"""A file that names no release was not written by LMMS: it is read as one of LMMS 1.2."""

_Release = tuple[int, int, int, tuple[object, ...]]


def file_version(root: Element) -> int:
    """How many upgrades this file needs no more: 0 for the oldest, 31 for LMMS 1.3."""
    version = root.get("version", "1.0")
    if version.isdecimal():
        return int(version[:9])
    release = root.get("creatorversion", "").replace("svn", "")
    if not release:
        return _UNSIGNED
    return bisect_right(
        [_release_order(counted_version) for counted_version in _COUNTED_SINCE],
        _release_order(release),
    )


def _release_order(release: str) -> _Release:
    """Sorts releases as LMMS does: 0.4.0-beta1 < 0.4.0-rc2 < 0.4.0, and 1.1.0 < 1.1.0.5."""
    main, _, before = release.partition("+")[0].partition("-")
    numbers = [_number(part) for part in main.split(".")]
    labels = [label for label in before.split(".") if label]
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    if len(numbers) > 3 and (major <= 1 and minor <= 2 and patch <= 2):
        # Builds between releases of LMMS 1.2.2 and before: the fourth number counts commits.
        patch += 1
        labels = [str(count) for count in numbers[3:]] + labels
    if not labels:
        return major, minor, patch, (1,)
    return major, minor, patch, (0, *map(_label_key, labels))


def _number(text: str) -> int:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def _label_key(label: str) -> tuple[int, int, str]:
    is_number = re.fullmatch("[0-9]{1,18}", label) is not None
    return (0, int(label), "") if is_number else (1, 0, label)

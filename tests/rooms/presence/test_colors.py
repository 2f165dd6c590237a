"""Colours that can be told apart, also by people with a red-green deficiency, and whose is which.

The arithmetic: Machado, Oliveira and Fernandes (2009) simulate what such an eye sees, in
linear RGB; in OKLab (Ottosson, 2020) equal distances look equally large; contrast is WCAG 2.2.
"""

import itertools
import math
from collections.abc import Sequence

import pytest

from rooms.presence.colors import color_at, color_of
from schema.text.colors import COLORS, TEXT_ON_COLOR

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]

EYES: dict[str, tuple[Matrix, float]] = {
    "as most": (((1, 0, 0), (0, 1, 0), (0, 0, 1)), 0.12),
    "deuteranopia": (
        (
            (0.367322, 0.860646, -0.227968),
            (0.280085, 0.672501, 0.047413),
            (-0.011820, 0.042940, 0.968881),
        ),
        0.09,
    ),
    "protanopia": (
        (
            (0.152286, 1.052583, -0.204868),
            (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998),
        ),
        0.09,
    ),
}
"""What an eye makes of linear RGB, and how far apart two colours must look: 0.02 is just seen."""

TO_CONES: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_LAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def linear(color: str) -> Vector:
    """sRGB as light."""
    red, green, blue = (int(color[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return _light(red), _light(green), _light(blue)


def _sum_of_products(row: Sequence[float], vector: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(row, vector, strict=True))


def _light(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _times(matrix: Matrix, vector: Sequence[float]) -> Vector:
    first, second, third = (_sum_of_products(row, vector) for row in matrix)
    return first, second, third


def oklab(light: Vector) -> Vector:
    """Where equal distances look equally large."""
    return _times(TO_LAB, [math.cbrt(cone) for cone in _times(TO_CONES, light)])


def seen(color: str, eye: Matrix) -> Vector:
    """What an eye sees of a colour, in OKLab."""
    red, green, blue = (min(1.0, max(0.0, part)) for part in _times(eye, linear(color)))
    return oklab((red, green, blue))


def brightness(color: str) -> float:
    """Relative luminance (WCAG)."""
    return _sum_of_products((0.2126, 0.7152, 0.0722), linear(color))


@pytest.mark.parametrize("eye", EYES)
def test_P9_no_two_colours_look_alike(eye: str) -> None:
    matrix, apart = EYES[eye]
    looks = {color: seen(color, matrix) for color in COLORS}
    nearest = min(math.dist(looks[a], looks[b]) for a, b in itertools.combinations(COLORS, 2))
    assert nearest > apart


def test_P9_the_arithmetic_finds_colours_that_look_alike() -> None:
    matrix, _ = EYES["deuteranopia"]
    assert math.dist(seen("#98a33d", matrix), seen("#d98252", matrix)) < 0.02
    assert math.dist(oklab(linear("#ffffff")), (1.0, 0.0, 0.0)) < 1e-3


def test_P9_text_reads_on_every_colour() -> None:
    text = brightness(TEXT_ON_COLOR) + 0.05
    assert min((brightness(color) + 0.05) / text for color in COLORS) >= 4.5


def test_P9_users_are_spread_over_all_of_them_and_each_has_its_own() -> None:
    users = [f"00000000-0000-4000-8000-00000000{n:04}" for n in range(300)]
    assert {color_of(user) for user in users} == set(COLORS)
    assert [color_at(place) for place in range(12)] == list(COLORS)

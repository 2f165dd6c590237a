"""Values of a DAWproject in Prime's units, and what its automation aims at."""

import math
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from files.bounded.xml_input import BadElement, integer, number

Role = Literal["volume", "pan", "switch", "param", "tempo", "signature"]

_SILENCE_DECIBELS = -200.0

_BLUR = 1e-8
"""Beats: more than sums of beats are off by, at the end of the longest song."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parameter by its path in the project state."""

    path: str
    role: Role
    unit: str = "linear"

    def value(self, raw: float, unit: str) -> float:
        """A point's value in the unit the project keeps."""
        if self.role == "volume":
            return linear(raw, unit)
        if self.role == "pan":
            return panned(raw, unit, -1 if unit == "linear" else 0)
        return raw


def flag(element: Element | None, name: str, default: bool = False) -> bool:
    """An XML boolean."""
    text = None if element is None else element.get(name)
    return default if text is None else text.strip().lower() in ("true", "1")


def real(element: Element, name: str = "value", default: float | None = None) -> float:
    """A number that may be minus infinity, as silence is written in decibels."""
    if element.get(name, "").strip().lower() in ("-inf", "-infinity"):
        return _SILENCE_DECIBELS
    return number(element, name, default)


def kept(beats: float, element: Element, name: str = "time") -> float:
    """Beats, to a millionth where they were calculated; what the file says stays as it says it."""
    written = number(element, name, math.inf)
    return written if abs(written - beats) < _BLUR else round(beats, 6)


def linear(value: float, unit: str) -> float:
    if unit == "decibel":
        return 0.0 if value <= _SILENCE_DECIBELS else round(10 ** (min(value, 100) / 20), 6)
    return value / 100 if unit == "percent" else value


def panned(value: float, unit: str, lowest: float) -> float:
    """From 0 (left) to 1 (right), whether the file counts from 0, from -1 or in percent."""
    scale = 100 if unit == "percent" else 1
    return value / scale if lowest >= 0 else (value / scale + 1) / 2


def to_linear(parameter: Element | None, default: float) -> float:
    if parameter is None:
        return default
    return linear(real(parameter, default=default), parameter.get("unit", "linear"))


def to_pan(parameter: Element | None) -> float:
    if parameter is None or parameter.get("value") is None:
        return 0.5
    unit = parameter.get("unit", "normalized")
    lowest = real(parameter, "min", -1 if unit == "linear" else 0)
    return panned(real(parameter), unit, lowest)


def parameter_value(parameter: Element) -> bool | int | float | str:
    """A device's parameter as a leaf of `params`."""
    if parameter.tag == "TimeSignatureParameter":
        num, den = integer(parameter, "numerator", 4), integer(parameter, "denominator", 4)
        return f"{num}/{den}"
    text = parameter.get("value", "0").strip().lower()
    if text in ("true", "false"):
        return text == "true"
    if parameter.tag in ("IntegerParameter", "EnumParameter"):
        return integer(parameter, "value", 0)
    return real(parameter, default=0)


def point_value(point: Element) -> float:
    """A point of any kind as a number: switches are 0 and 1."""
    text = point.get("value", "").strip().lower()
    if text in ("true", "false"):
        return float(text == "true")
    if not text:
        raise BadElement(point, "has no value")
    return real(point)

"""Controls of LADSPA effects that have other numbers in the versions that LMMS 1.3 ships."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement


@dataclass(frozen=True, slots=True)
class PortMoves:
    """What becomes of an effect's controls, which LMMS calls ports."""

    shifts: tuple[tuple[int, int, int], ...] = ()
    """From, to (both included) and by how many."""
    removed_ports: range = range(0)
    """Ports that are no more."""
    added_ports: Mapping[int, Mapping[int, float]] = field(default_factory=dict)
    """With this old port come these new ones, at these values."""
    reset: Mapping[int, float] = field(default_factory=dict)
    """Ports whose old value means nothing now."""
    has_channels: bool = False
    """Ports come twice, with the channel before the number: 10 is port 0 of the second."""


_LAST = 10_000
_MULTIBAND = PortMoves(shifts=((24, _LAST, -6),), removed_ports=range(18, 24))


def _equalizer(zoom_port: int) -> PortMoves:
    return PortMoves(
        shifts=((18, 20, 1), (21, 23, 2), (24, 26, 3), (27, _LAST, 4)),
        added_ports={
            4: {zoom_port: 0.25},
            **{n: {n + i: 0.707} for i, n in enumerate((18, 21, 24, 27))},
        },
    )


_MOVES = {
    "MultibandLimiter": _MULTIBAND,
    "MultibandCompressor": _MULTIBAND,
    "MultibandGate": _MULTIBAND,
    "Pulsator": PortMoves(
        shifts=((16, 16, 9), (17, 17, -1)),
        added_ports={16: {22: 2}, 18: {17: 0, 21: 1}},
    ),
    "VintageDelay": PortMoves(
        shifts=((0, 3, 10), (4, 4, 24), (5, _LAST, 10)),
        added_ports={4: {27: 0, 5: 1, 6: 1}},
    ),
    "Equalizer5Band": PortMoves(
        shifts=((18, 20, 1), (21, _LAST, 2)),
        added_ports={4: {36: 0.25}, 18: {18: 0.707}, 21: {22: 0.707}},
    ),
    "Equalizer8Band": _equalizer(48),
    "Equalizer12Band": _equalizer(64),
    "Saturator": PortMoves(shifts=((7, 7, 8), (12, 13, 4), (15, _LAST, 3))),
    "StereoTools": PortMoves(reset={23: 1, 25: 1}),
    "amPitchshift": PortMoves(
        shifts=((0, 0, 1), (1, 1, 2), (10, 10, 1), (11, 11, 2)), has_channels=True
    ),
}


def move_ports(effect: Element, plugin: str) -> None:
    """Give the controls of this effect the numbers they have in LMMS 1.3."""
    moves = _MOVES.get(plugin)
    if moves is None:
        return
    for controls in effect.iter("ladspacontrols"):
        for port in list(controls):
            number = _number_of(port)
            if number is not None:
                _move(controls, port, number, moves)


def _move(controls: Element, port: Element, number: int, moves: PortMoves) -> None:
    for added_port, value in moves.added_ports.get(number, {}).items():
        SubElement(controls, f"port0{added_port}", {"data": f"{value:g}"})
    if number in moves.removed_ports:
        controls.remove(port)
    elif number in moves.reset:
        port.set("data", f"{moves.reset[number]:g}")
    elif (moved_port := _moved(moves, number)) != number:
        # The first digit is the channel; both are in the number of a port of the second one.
        port.tag = (
            f"port{moved_port}" if moves.has_channels and moved_port > 9 else f"port0{moved_port}"
        )


def _moved(moves: PortMoves, number: int) -> int:
    return number + sum(shift for first, last, shift in moves.shifts if first <= number <= last)


def _number_of(port: Element) -> int | None:
    digits = port.tag.removeprefix("port")
    is_port = port.tag.startswith("port") and digits.isdecimal() and len(digits) < 5
    return int(digits) if is_port else None

"""The tempo of an LMMS song: clips of automation, one after the other, as one tempo map."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from xml.etree.ElementTree import Element

from files.bounded.xml_input import number
from files.lmms.controls import is_on

TICKS_PER_BEAT = 48


def beats(ticks: float) -> float:
    """LMMS counts 48 ticks a beat; six decimals keep JSON short and every tick apart."""
    return round(ticks / TICKS_PER_BEAT, 6)


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo from a time on, in ticks: held, or on the way to the next."""

    ticks: float
    bpm: float
    interp: str


def is_heard(pattern: Element) -> bool:
    return not (is_on(pattern, "mute") or is_on(pattern, "muted"))


def tempos_of(patterns: Iterable[Element]) -> list[Tempo]:
    """The tempos that these clips make, by time; two at one time are what was and what comes.

    A clip holds on until the next begins: what it has after that is never heard.
    """
    ordered = sorted(patterns, key=lambda pattern: number(pattern, "pos", 0))
    tempos: list[Tempo] = []
    for pattern, next_pattern in zip(ordered, [*ordered[1:], None], strict=False):
        tempos += _tempos_within(pattern, _end_of(pattern, next_pattern))
    return _two_at_most(tempos)


def _end_of(pattern: Element, next_pattern: Element | None) -> float:
    length = number(pattern, "len", 0)
    own_end = number(pattern, "pos", 0) + length if length > 0 else float("inf")
    return own_end if next_pattern is None else min(own_end, number(next_pattern, "pos", 0))


def _tempos_within(pattern: Element, end: float) -> list[Tempo]:
    """The clip's own tempos between its edges, and what it comes to at them."""
    start = number(pattern, "pos", 0)
    nodes = _nodes(pattern, start + number(pattern, "off", 0))
    nodes_inside = [node for node in nodes if start <= node.ticks <= end]
    before = [node for node in nodes if node.ticks < start]
    after = [node for node in nodes if node.ticks > end]
    if before and (not nodes_inside or nodes_inside[0].ticks > start):
        nodes_inside.insert(0, Tempo(start, _value_at(nodes, start), before[-1].interp))
    if nodes_inside and after and nodes_inside[-1].ticks < end:
        nodes_inside.append(Tempo(end, _value_at(nodes, end), "hold"))
    if nodes_inside:
        nodes_inside[-1] = Tempo(nodes_inside[-1].ticks, nodes_inside[-1].bpm, "hold")
    return nodes_inside


def _nodes(pattern: Element, origin: float) -> list[Tempo]:
    interp = "hold" if number(pattern, "prog", 0) < 1 else "linear"
    nodes: list[Tempo] = []
    for point in sorted(pattern.iterfind("time"), key=lambda point: number(point, "pos")):
        ticks, value = origin + number(point, "pos"), number(point, "value")
        value_after = number(point, "outValue", value)
        nodes.append(Tempo(ticks, value, interp))
        if value_after != value:
            nodes.append(Tempo(ticks, value_after, interp))
    return nodes


def _value_at(nodes: Sequence[Tempo], ticks: float) -> float:
    index = bisect_right(nodes, ticks, key=attrgetter("ticks")) - 1
    last = nodes[max(index, 0)]
    if last.interp == "hold" or index + 1 >= len(nodes) or index < 0:
        return last.bpm
    next_node = nodes[index + 1]
    share = (ticks - last.ticks) / (next_node.ticks - last.ticks)
    return last.bpm + (next_node.bpm - last.bpm) * share


def _two_at_most(tempos: Iterable[Tempo]) -> list[Tempo]:
    by_time: dict[float, list[Tempo]] = {}
    for tempo in sorted(tempos, key=lambda tempo: tempo.ticks):
        by_time.setdefault(tempo.ticks, []).append(tempo)
    result: list[Tempo] = []
    for same_time in by_time.values():
        is_jump = (
            len(same_time) > 1 and same_time[0].ticks > 0 and same_time[0].bpm != same_time[-1].bpm
        )
        result += [same_time[0], same_time[-1]] if is_jump else [same_time[-1]]
    return result


def bpm_at(tempos: Sequence[Tempo], ticks: float, start: float) -> float:
    """The tempo there; `start` is that before the first."""
    if not tempos or tempos[0].ticks > ticks:
        return start
    return _value_at(tempos, ticks)

"""Automation of older LMMS files that lies on no track one sees: it is given one, as LMMS does."""

from collections.abc import Callable, Iterator
from itertools import count
from xml.etree.ElementTree import Element, SubElement

from files.bounded.xml_input import number

ReportLoss = Callable[[str, int, str], None]
"""Called with what is left out, how often, and the one thing that is meant."""

_HIDDEN = "6"
"""The type of the track beside all others."""

_LONGEST_ID = 19


def _body(root: Element) -> Element | None:
    song = root.find("song")
    return root.find("songtemplate") if song is None else song


def unfold_inner_automation(root: Element) -> None:
    """In LMMS 0.2 and 0.3 automation stood inside of what it moves.

    One value is the control's own; several are automation, in the hidden track of the song.
    """
    free_ids = count(1 + max(map(_id_number, root.iter()), default=0))
    unfolded: list[Element] = []
    for element in list(root.iter()):
        inner = element.find("automation-pattern")
        if inner is None:
            continue
        if element.tag == "note":
            inner.tag = "automationpattern"
            continue
        element.remove(inner)
        for control in inner:
            unfolded += _unfold(element, control, free_ids)
    if unfolded:
        _hidden_track(root).extend(unfolded)


def _id_number(element: Element) -> int:
    text = element.get("id", "")
    return int(text) if text.isdecimal() and len(text) < _LONGEST_ID else 0


def _unfold(element: Element, control: Element, free_ids: Iterator[int]) -> Iterator[Element]:
    times = sorted(control.findall("time"), key=lambda time: number(time, "pos", 0))
    if not times:
        return
    first = times[0].get("value", "0")
    if len(times) == 1:
        element.set(control.tag, first)
        return
    control_id = str(next(free_ids))
    SubElement(element, control.tag, {"value": first, "id": control_id})
    pattern = Element("automationpattern", {"name": control.tag, "pos": "0", "len": "0"})
    pattern.extend(times)
    SubElement(pattern, "object", {"id": control_id})
    yield pattern


def _hidden_track(root: Element) -> Element:
    song_body = _body(root)
    body = root if song_body is None else song_body
    for track in body.iterfind("track"):
        if track.get("type") == _HIDDEN:
            return track
    return SubElement(body, "track", {"type": _HIDDEN, "name": "Automation track"})


def show_hidden_automation(root: Element, report_loss: ReportLoss) -> None:
    """Automation beside the tracks gets a track for each control, before all others.

    LMMS drops what has less than two points, and what moves nothing that is there.
    """
    body = _body(root)
    container = None if body is None else body.find("trackcontainer")
    hidden = [] if body is None else [t for t in body.iterfind("track") if t.get("type") == _HIDDEN]
    if body is None or container is None or not hidden:
        return
    body.remove(hidden[0])
    known_ids = {element.get("id") for element in root.iter() if element.tag != "object"}
    shown_objects = []
    for pattern in hidden[0].iterfind("automationpattern"):
        item = f"automation {pattern.get('name', '')}"
        points, moved_objects = pattern.findall("time"), pattern.findall("object")
        if not moved_objects:
            report_loss("automation clips that move nothing", 1, item)
            report_loss("automation points that move nothing", len(points), item)
        elif not any(control.get("id") in known_ids for control in moved_objects):
            loss_text = "automation points of controls Prime does not know"
            report_loss(loss_text, len(points) * len(moved_objects), item)
        elif len(points) < 2:
            single = "hidden automation of a single point (LMMS leaves it out, too)"
            report_loss(single, len(points), item)
        else:
            shown_objects.append(_track_of(pattern))
    container[0:0] = shown_objects


def _track_of(pattern: Element) -> Element:
    name = pattern.get("name") or "Automation Track"
    track = Element("track", {"type": "5", "name": name, "muted": "0", "solo": "0"})
    SubElement(track, "automationtrack")
    track.append(pattern)
    return track

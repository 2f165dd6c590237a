"""Solo in LMMS mutes all other tracks of its container, and keeps beside that what was muted."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from files.lmms_controls import is_on

_BEAT, _AUTOMATION = "1", "5"


def settle_solo(root: Element, lost: Callable[[str, int, str], None]) -> None:
    """Give each track the mute of its own back where Prime's solo silences the others itself.

    It does so between channels. A beat is no channel; and drum tracks inside of beats silence only
    each other: there what solo muted stays muted, and no track is solo.
    """
    for parent in root.iter():
        is_inside_beat = parent.tag == "bbtrack"
        for container in parent.findall("trackcontainer"):
            tracks = container.findall("track")
            soloed = [track for track in tracks if is_on(track, "solo")]
            if not soloed:
                continue
            if is_inside_beat or any(t.get("type") in (_BEAT, _AUTOMATION) for t in soloed):
                for track in soloed:
                    _switch(track, "solo", is_to_be_on=False)
                what = "solo of beats, or of tracks inside them (the others were muted)"
                for track in soloed:
                    lost(what, 1, f"track {track.get('name', '')}")
            else:
                _give_mutes_back(tracks)


def _give_mutes_back(tracks: list[Element]) -> None:
    for track in tracks:
        # Solo does not mute automation.
        if not is_on(track, "solo") and track.get("type") != _AUTOMATION:
            was_muted = is_on(track, "mutedBeforeSolo")
            _switch(track, "muted", is_to_be_on=was_muted)


def _switch(track: Element, name: str, *, is_to_be_on: bool) -> None:
    text = "1" if is_to_be_on else "0"
    control = track.find(name)
    if control is not None:
        control.set("value", text)
    else:
        track.set(name, text)

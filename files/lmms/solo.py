"""Solo in LMMS mutes all others: tracks of one container, or channels of the mixer."""

from xml.etree.ElementTree import Element

from files.lmms.controls import is_on
from files.lmms.hidden_automation import ReportLoss

_BEAT, _AUTOMATION = "1", "5"


def settle_solo(root: Element, report_loss: ReportLoss) -> None:
    """Give each track the mute of its own back where Prime's solo silences the others itself.

    It does so between channels. A beat is no channel; and drum tracks inside of beats silence only
    each other: there what solo muted stays muted, and no track is solo.
    """
    for parent in root.iter():
        for container in parent.findall("trackcontainer"):
            _settle(container.findall("track"), report_loss, is_inside_beat=parent.tag == "bbtrack")
    for mixer in root.iter("fxmixer"):
        channels = mixer.findall("fxchannel")
        if any(is_on(channel, "soloed") for channel in channels):
            _give_mutes_back(channels, "soloed", report_loss)


def _settle(tracks: list[Element], report_loss: ReportLoss, *, is_inside_beat: bool) -> None:
    soloed = [track for track in tracks if is_on(track, "solo")]
    if is_inside_beat or any(t.get("type") in (_BEAT, _AUTOMATION) for t in soloed):
        loss_text = "solo of beats, or of tracks inside them (the others were muted)"
        for track in soloed:
            _switch(track, "solo", is_to_be_on=False)
            report_loss(loss_text, 1, f"track {track.get('name', '')}")
    elif soloed:
        # Solo does not mute automation.
        _give_mutes_back([t for t in tracks if t.get("type") != _AUTOMATION], "solo", report_loss)


def _give_mutes_back(strips: list[Element], solo: str, report_loss: ReportLoss) -> None:
    """Tracks know what was muted before since LMMS 1.3, the mixer's channels to this day do not."""
    for strip in strips:
        if is_on(strip, solo) or not is_on(strip, "muted"):
            continue
        if "mutedBeforeSolo" not in strip.attrib:
            loss_text = (
                "mutes under a solo (the file does not say which are its doing: none was kept)"
            )
            report_loss(loss_text, 1, strip.get("name", ""))
        _switch(strip, "muted", is_to_be_on=is_on(strip, "mutedBeforeSolo"))


def _switch(track: Element, name: str, *, is_to_be_on: bool) -> None:
    text = "1" if is_to_be_on else "0"
    control = track.find(name)
    if control is not None:
        control.set("value", text)
    else:
        track.set(name, text)

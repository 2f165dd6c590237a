"""Reading LMMS songs (.mmp, .mmpz, .mpt), of LMMS 0.0.9 to 1.3.

`upgrade.py` first makes of an older file what LMMS 1.3 would make of it.

Instrument and sample tracks, patterns, the mixer and automation become what they are in Prime;
beats (`beats_and_basslines.py`) become scenes. Window positions are not read.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from files.bounded.xml_input import (
    UNREADABLE,
    BadElement,
    inflate,
    number,
    parse_xml,
    read_bytes,
    unreadable_numbers,
)
from files.broken_song import BrokenSong
from files.imported_song import Song
from files.lmms.beats_and_basslines import BeatsAndBasslines
from files.lmms.clips import Clips, color_of, file_counts
from files.lmms.controls import TEMPO, Control, Controls, is_on, value_of
from files.lmms.solo import settle_solo
from files.lmms.tempo import Tempo, beats, bpm_at, is_heard, tempos_of
from files.lmms.upgrade import upgrade
from files.routing_circles import cut_circles
from schema.entities import MASTER_CHANNEL

_INSTRUMENT, _BEAT, _SAMPLE, _AUTOMATION, _HIDDEN_AUTOMATION = "0", "1", "2", "5", "6"
_TICKS_PER_WHOLE_NOTE = 192
LMMS_ROOTS = ("lmms-project", "multimedia-project", "multimediaproject")
"""As LMMS called its files since 1.1, since 0.2.1, and before."""

_UNWRITTEN_NOTES = "Put down your project notes here."
_STYLING = re.compile(r"<style.*?</style>|<[^>]*>|&nbsp;", re.DOTALL)

_NEW_NAMES = {
    "midiclip": "pattern",
    "patternclip": "bbtco",
    "patterntrack": "bbtrack",
    "patternstore": "trackcontainer",
    "automationclip": "automationpattern",
    "sampleclip": "sampletco",
    "mixer": "fxmixer",
    "mixerchannel": "fxchannel",
}


def read_lmms(path: Path) -> Song:
    """The song in this file."""
    content = read_bytes(path)
    if not content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        content = inflate(path, content[4:])
    root = parse_xml(path, content)
    if root.tag not in LMMS_ROOTS:
        raise BrokenSong(path, f"<{root.tag}>", "is not an LMMS project: expected <lmms-project>")
    try:
        song = _SongReader(path, root, content).read()
    except BadElement as error:
        raise BrokenSong(path, error.where, error.why) from error
    for text in unreadable_numbers(root):
        song.lost(UNREADABLE, item=text)
    return song


class _SongReader:
    def __init__(self, path: Path, root: Element, content: bytes) -> None:
        self._root = root
        _use_old_names(root)
        self.song = Song(path.stem, source=path, content=content)
        self.song.file_counts = file_counts(root)
        upgrade(root, self.song.lost)
        settle_solo(root, self.song.lost)
        self._head = root.find("head")
        self._body = self._find_body(path)
        self._controls = Controls(self.song)
        self._clips = Clips(self.song, self._controls, self._bar_ticks())
        self._tempos: list[Tempo] = []
        # Automation may move a control of a track that comes later: it is read at the end.
        # Its track, and whether that is on.
        self._automation: list[tuple[str, Element, bool]] = []

    def _find_body(self, path: Path) -> Element:
        for name in (self._root.get("type", "song"), "song", "songtemplate"):
            # Not by `find`: the file says the name, which may be anything.
            body = next((part for part in self._root if part.tag == name), None)
            if body is not None:
                return body
        raise BrokenSong(path, f"<{self._root.tag}>", "holds no song (a preset or clipboard?)")

    def _bar_ticks(self) -> float:
        head = self._head
        num = value_of(head, "timesig_numerator", 4) if head is not None else 4
        den = value_of(head, "timesig_denominator", 4) if head is not None else 4
        return _TICKS_PER_WHOLE_NOTE * min(max(1, num), 64) / min(max(1, den), 32)

    def read(self) -> Song:
        self._controls.read_mixer(self._body.find("fxmixer"))
        self._read_head()
        self._read_tempo()
        self._read_loop()
        beats_of_song = BeatsAndBasslines(self.song, self._clips)
        for track in self._tracks():
            if track.get("type") == _BEAT:
                beats_of_song.add(track, self._read_track)
            else:
                self._read_track(track, None)
        beats_of_song.read()
        self._read_automation()
        self._report_what_has_no_place()
        cut_circles(self.song)
        return self.song

    # The head of the file.

    def _read_head(self) -> None:
        head = self._head
        if head is None:
            return
        self.song.add_tempo(0, value_of(head, "bpm", 140))
        num = round(value_of(head, "timesig_numerator", 4))
        self.song.add_signature(0, num, round(value_of(head, "timesig_denominator", 4)))
        # The song's and the mixer's master volume follow each other: Prime has one for both.
        volume = self.song.state["channels"][MASTER_CHANNEL]["volume"]
        assert isinstance(volume, int | float)
        volume *= value_of(head, "mastervol", 100) / 100
        self.song.change("channels", MASTER_CHANNEL, volume=volume)
        self._controls.watch(head, "bpm", TEMPO)
        path = f"channels/{MASTER_CHANNEL}/volume"
        self._controls.watch(head, "mastervol", Control(path, factor=0.01))
        self.song.lost("master pitch (transpose the notes)", value_of(head, "masterpitch", 0) != 0)

    def _read_tempo(self) -> None:
        """Automation of the tempo is the tempo map itself."""
        tempo_patterns = []
        for track in self._tracks():
            for pattern in track.iterfind("automationpattern"):
                if not self._clips.moves_tempo(pattern):
                    continue
                if is_heard(pattern) and not is_on(track, "muted"):
                    tempo_patterns.append(pattern)
                    self._clips.interpolation(pattern, _track_name(track))
                else:
                    self.song.lost("muted automation clips of the tempo", item=_track_name(track))
        self._tempos = tempos_of(tempo_patterns)
        for tempo in self._tempos:
            self.song.add_tempo(beats(tempo.ticks), tempo.bpm, tempo.interp)

    def _tracks(self) -> list[Element]:
        """Those of the arrangement; of automation some lie beside the container, not in it."""
        return [*self._body.iterfind("trackcontainer/track"), *self._body.iterfind("track")]

    def _read_loop(self) -> None:
        timeline = self._body.find("timeline")
        if timeline is None:
            return
        start, end = (beats(number(timeline, name, 0)) for name in ("lp0pos", "lp1pos"))
        if 0 <= start < end:
            is_looping = is_on(timeline, "lpstate")
            self.song.change(
                "transport", "transport", loopStart=start, loopEnd=end, loopOn=is_looping
            )

    # Tracks.

    def _read_track(self, track: Element, parent: str | None) -> tuple[str, Element] | None:
        kind = track.get("type", "")
        if kind in (_INSTRUMENT, _SAMPLE):
            track_id = self._read_audible_track(track, parent, kind)
        elif kind in (_AUTOMATION, _HIDDEN_AUTOMATION):
            track_id = self._add_track(track, parent, ["automation"], None)
        else:
            loss_text = f"tracks of the unknown type {kind[:20] or '(none)'}"
            self.song.lost(loss_text, item=_track_name(track))
            return None
        if parent is None:
            self._read_track_content(track_id, track)
        return track_id, track

    def _read_audible_track(self, track: Element, parent: str | None, kind: str) -> str:
        is_sample = kind == _SAMPLE
        settings = track.find("sampletrack" if is_sample else "instrumenttrack")
        if settings is None:
            settings = Element("instrumenttrack")
        channel = self._controls.read_track_channel(track, settings)
        content = ["audio"] if is_sample else ["notes"]
        track_id = self._add_track(track, parent, content, channel)
        if not is_sample and len(settings):
            self._controls.read_instrument(channel, settings)
        self._controls.read_effects(channel, settings.find("fxchain"))
        return track_id

    def _add_track(
        self, track: Element, parent: str | None, content: Sequence[str], channel: str | None
    ) -> str:
        return self.song.add(
            "tracks",
            name=track.get("name", ""),
            parent=parent,
            order=self.song.next_order("tracks", parent),
            content=content,
            channel=channel,
            color=color_of(track),
        )

    def _read_track_content(self, track_id: str, track: Element) -> None:
        """What lies on a track of the arrangement."""
        for element in track:
            if element.tag == "pattern":
                self._clips.add_pattern(track_id, element)
            elif element.tag == "sampletco":
                self._clips.add_sample(track_id, element, self._bpm_of(element))
            elif element.tag == "automationpattern":
                self._automation.append((track_id, element, not is_on(track, "muted")))

    def _bpm_of(self, element: Element) -> float:
        """The tempo at which a clip begins."""
        bpm = self.song.state["tempo"]["tempo_start"]["bpm"]
        assert isinstance(bpm, int | float)
        return bpm_at(self._tempos, number(element, "pos", 0), bpm)

    def _read_automation(self) -> None:
        for track_id, pattern, is_track_on in self._automation:
            clip = self._clips.add_automation(track_id, pattern)
            if clip is not None and not is_track_on:
                self.song.change("clips", clip, enable=False)

    # What Prime does not model.

    def _report_what_has_no_place(self) -> None:
        report_loss = self.song.lost
        for controller in self._body.iterfind("controllers/*"):
            report_loss("LFO and peak controllers", item=controller.get("name", ""))
        for channel in self._body.iterfind("fxmixer/fxchannel"):
            if color_of(channel) is not None:
                report_loss("colours of mixer channels", item=channel.get("name", ""))
        notes = _STYLING.sub("", self._body.findtext("projectnotes") or "")
        is_written = notes.strip() not in ("", _UNWRITTEN_NOTES)
        report_loss("page of project notes (keep the text elsewhere)", is_written)


def _track_name(track: Element) -> str:
    return f"track {track.get('name') or '(no name)'}"


def _use_old_names(root: Element) -> None:
    """LMMS 1.3 renamed its elements: give them the names this reader knows."""
    pending = [root]
    while pending:
        element = pending.pop()
        if element.tag == "ZynAddSubFX-data":
            continue
        element.tag = _NEW_NAMES.get(element.tag, element.tag)
        if (channel := element.get("mixch")) is not None:
            element.set("fxch", channel)
        pending.extend(element)

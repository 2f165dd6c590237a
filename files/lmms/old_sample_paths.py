"""Sounds that came with LMMS and have another name since: the old one leads nowhere."""

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

_TEMPO_IN_NEW_NAME = {
    "bassloops/briff01": 140,
    "bassloops/rave_bass01": 180,
    "bassloops/rave_bass02": 180,
    "bassloops/tb303_01": 123,
    "bassloops/techno_bass01": 140,
    "bassloops/techno_bass02": 140,
    "bassloops/techno_synth01": 140,
    "bassloops/techno_synth02": 140,
    "bassloops/techno_synth03": 130,
    "bassloops/techno_synth04": 140,
    "beats/909beat01": 122,
    "beats/break01": 168,
    "beats/break02": 141,
    "beats/break03": 168,
    "beats/electro_beat01": 120,
    "beats/electro_beat02": 119,
    "beats/house_loop01": 142,
    "beats/jungle01": 168,
    "beats/rave_hihat01": 180,
    "beats/rave_hihat02": 180,
    "beats/rave_kick01": 180,
    "beats/rave_kick02": 180,
    "beats/rave_snare01": 180,
    "latin/latin_brass01": 140,
    "latin/latin_guitar01": 126,
    "latin/latin_guitar02": 140,
    "latin/latin_guitar03": 120,
}
"""Loops whose names tell their tempo since LMMS 1.3."""


def _with_tempo(loop: str) -> str:
    return f"{loop} - {_TEMPO_IN_NEW_NAME[loop]} BPM.ogg"


_LOOPS = {
    f"{prefix}{loop}.ogg": prefix + _with_tempo(loop)
    for loop in _TEMPO_IN_NEW_NAME
    for prefix in ("", "factorysample:")
}
_TYPO = {
    loop.replace("bassloops", "bassloopes") + ".ogg": _with_tempo(loop)
    for loop in _TEMPO_IN_NEW_NAME
    if loop.startswith("bassloops/")
}


def rename_drum_sounds(root: Element) -> None:
    """LMMS 0.4."""

    def renamed(path: str) -> str:
        path = path.replace("drumsynth/misc ", "drumsynth/misc_")
        return path.replace("drumsynth/r&b", "drumsynth/r_n_b").replace(
            "drumsynth/r_b", "drumsynth/r_n_b"
        )

    _rename(root, renamed, "audiofileprocessor")


def rename_bass_loops(root: Element) -> None:
    """LMMS 1.2."""
    _rename(
        root,
        lambda path: path.replace("/samples/bassloopes/", "/samples/bassloops/"),
        "audiofileprocessor",
    )


def rename_loops(root: Element) -> None:
    """LMMS 1.3."""
    _rename_by(root, _LOOPS)


def rename_typo(root: Element) -> None:
    """LMMS 1.3."""
    _rename_by(root, _TYPO)


def _rename_by(root: Element, names: Mapping[str, str]) -> None:
    _rename(root, lambda path: names.get(path, path), "audiofileprocessor", "sampletco")


def _rename(root: Element, renamed: Callable[[str], str], *tags: str) -> None:
    for tag in tags:
        for element in root.iter(tag):
            if "src" in element.attrib:
                element.set("src", renamed(element.get("src", "")))

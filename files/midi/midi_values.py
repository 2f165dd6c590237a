"""What numbers of MIDI mean: controllers, programs of General MIDI, levels of the mixer."""

import math

VOLUME, PAN = 7, 10
DRUMS = 9
"""The channel of drums in General MIDI, counted from 0."""

USUAL_VOLUME, CENTRE, LOUDEST = 100, 64, 127
"""Where controllers are that no file moves, and their highest value."""

BANK, BANK_FINE = 0, 32
SILENCE = frozenset({120, 123})
"""Controllers that end all notes of their channel."""

CONTROLLERS = {
    1: "modulation",
    2: "breath",
    4: "foot",
    5: "portamento time",
    6: "data entry",
    8: "balance",
    11: "expression",
    64: "sustain pedal",
    65: "portamento",
    66: "sostenuto",
    67: "soft pedal",
    71: "resonance",
    72: "release",
    73: "attack",
    74: "cutoff",
    91: "reverb",
    93: "chorus",
    98: "parameter number",
    99: "parameter number",
    100: "parameter number",
    101: "parameter number",
    121: "reset of controllers",
}

PROGRAMS = tuple(
    """Acoustic Grand Piano|Bright Acoustic Piano|Electric Grand Piano|Honky-tonk Piano
    Electric Piano 1|Electric Piano 2|Harpsichord|Clavinet
    Celesta|Glockenspiel|Music Box|Vibraphone|Marimba|Xylophone|Tubular Bells|Dulcimer
    Drawbar Organ|Percussive Organ|Rock Organ|Church Organ|Reed Organ|Accordion|Harmonica
    Tango Accordion
    Acoustic Guitar (nylon)|Acoustic Guitar (steel)|Electric Guitar (jazz)|Electric Guitar (clean)
    Electric Guitar (muted)|Overdriven Guitar|Distortion Guitar|Guitar Harmonics
    Acoustic Bass|Electric Bass (finger)|Electric Bass (pick)|Fretless Bass
    Slap Bass 1|Slap Bass 2|Synth Bass 1|Synth Bass 2
    Violin|Viola|Cello|Contrabass|Tremolo Strings|Pizzicato Strings|Orchestral Harp|Timpani
    String Ensemble 1|String Ensemble 2|Synth Strings 1|Synth Strings 2
    Choir Aahs|Voice Oohs|Synth Voice|Orchestra Hit
    Trumpet|Trombone|Tuba|Muted Trumpet|French Horn|Brass Section|Synth Brass 1|Synth Brass 2
    Soprano Sax|Alto Sax|Tenor Sax|Baritone Sax|Oboe|English Horn|Bassoon|Clarinet
    Piccolo|Flute|Recorder|Pan Flute|Blown Bottle|Shakuhachi|Whistle|Ocarina
    Lead 1 (square)|Lead 2 (sawtooth)|Lead 3 (calliope)|Lead 4 (chiff)
    Lead 5 (charang)|Lead 6 (voice)|Lead 7 (fifths)|Lead 8 (bass + lead)
    Pad 1 (new age)|Pad 2 (warm)|Pad 3 (polysynth)|Pad 4 (choir)
    Pad 5 (bowed)|Pad 6 (metallic)|Pad 7 (halo)|Pad 8 (sweep)
    FX 1 (rain)|FX 2 (soundtrack)|FX 3 (crystal)|FX 4 (atmosphere)
    FX 5 (brightness)|FX 6 (goblins)|FX 7 (echoes)|FX 8 (sci-fi)
    Sitar|Banjo|Shamisen|Koto|Kalimba|Bagpipe|Fiddle|Shanai
    Tinkle Bell|Agogo|Steel Drums|Woodblock|Taiko Drum|Melodic Tom|Synth Drum|Reverse Cymbal
    Guitar Fret Noise|Breath Noise|Seashore|Bird Tweet|Telephone Ring|Helicopter|Applause
    Gunshot""".replace("\n", "|")
    .replace("|    ", "|")
    .split("|")
)
"""The instruments of General MIDI."""


def controller_name(number: int) -> str:
    """A controller as a report names it."""
    name = CONTROLLERS.get(number)
    return f"controller {number} ({name})" if name else f"controller {number}"


def volume_of(value: int) -> float:
    """A linear level by General MIDI's curve; 1.0 is where a channel is that nobody moved."""
    return float(round((value / USUAL_VOLUME) ** 2, 6))


def volume_value(level: float) -> int:
    """The nearest value for a level; the loudest is 1.61."""
    return min(LOUDEST, round(math.sqrt(max(level, 0.0)) * USUAL_VOLUME))


def pan_of(value: int) -> float:
    """0 is left, 0.5 the centre (64), 1 right (127)."""
    return round(value / 128 if value <= CENTRE else 0.5 + (value - CENTRE) / 126, 6)


def pan_value(pan: float) -> int:
    """The nearest value for a pan, which automation may move past either side (rule M4)."""
    pan = min(max(pan, 0.0), 1.0)
    return round(pan * 128 if pan <= 0.5 else CENTRE + (pan - 0.5) * 126)

/** What numbers of MIDI mean: controllers, programs of General MIDI, levels of the mixer. As files/midi/midi_values.py has it. */

import { rounded } from "./rounded.js";

export const VOLUME = 7;
export const PAN = 10;

/** The channel of drums in General MIDI, counted from 0. */
export const DRUMS = 9;

/** Where controllers are that no file moves. */
export const USUAL_VOLUME = 100;
export const CENTRE = 64;

export const BANK = 0;
export const BANK_FINE = 32;

/** Controllers that end all notes of their channel. */
export const SILENCE: ReadonlySet<number> = new Set([120, 123]);

const CONTROLLERS: { readonly [number: number]: string } = {
  1: "modulation", 2: "breath", 4: "foot", 5: "portamento time", 6: "data entry", 8: "balance", 11: "expression", 64: "sustain pedal", 65: "portamento",
  66: "sostenuto", 67: "soft pedal", 71: "resonance", 72: "release", 73: "attack", 74: "cutoff", 91: "reverb", 93: "chorus",
  98: "parameter number", 99: "parameter number", 100: "parameter number", 101: "parameter number", 121: "reset of controllers",
};

/** The instruments of General MIDI. */
export const PROGRAMS: readonly string[] = [
  "Acoustic Grand Piano", "Bright Acoustic Piano", "Electric Grand Piano", "Honky-tonk Piano", "Electric Piano 1", "Electric Piano 2", "Harpsichord", "Clavinet",
  "Celesta", "Glockenspiel", "Music Box", "Vibraphone", "Marimba", "Xylophone", "Tubular Bells", "Dulcimer",
  "Drawbar Organ", "Percussive Organ", "Rock Organ", "Church Organ", "Reed Organ", "Accordion", "Harmonica", "Tango Accordion",
  "Acoustic Guitar (nylon)", "Acoustic Guitar (steel)", "Electric Guitar (jazz)", "Electric Guitar (clean)", "Electric Guitar (muted)", "Overdriven Guitar", "Distortion Guitar", "Guitar Harmonics",
  "Acoustic Bass", "Electric Bass (finger)", "Electric Bass (pick)", "Fretless Bass", "Slap Bass 1", "Slap Bass 2", "Synth Bass 1", "Synth Bass 2",
  "Violin", "Viola", "Cello", "Contrabass", "Tremolo Strings", "Pizzicato Strings", "Orchestral Harp", "Timpani",
  "String Ensemble 1", "String Ensemble 2", "Synth Strings 1", "Synth Strings 2", "Choir Aahs", "Voice Oohs", "Synth Voice", "Orchestra Hit",
  "Trumpet", "Trombone", "Tuba", "Muted Trumpet", "French Horn", "Brass Section", "Synth Brass 1", "Synth Brass 2",
  "Soprano Sax", "Alto Sax", "Tenor Sax", "Baritone Sax", "Oboe", "English Horn", "Bassoon", "Clarinet",
  "Piccolo", "Flute", "Recorder", "Pan Flute", "Blown Bottle", "Shakuhachi", "Whistle", "Ocarina",
  "Lead 1 (square)", "Lead 2 (sawtooth)", "Lead 3 (calliope)", "Lead 4 (chiff)", "Lead 5 (charang)", "Lead 6 (voice)", "Lead 7 (fifths)", "Lead 8 (bass + lead)",
  "Pad 1 (new age)", "Pad 2 (warm)", "Pad 3 (polysynth)", "Pad 4 (choir)", "Pad 5 (bowed)", "Pad 6 (metallic)", "Pad 7 (halo)", "Pad 8 (sweep)",
  "FX 1 (rain)", "FX 2 (soundtrack)", "FX 3 (crystal)", "FX 4 (atmosphere)", "FX 5 (brightness)", "FX 6 (goblins)", "FX 7 (echoes)", "FX 8 (sci-fi)",
  "Sitar", "Banjo", "Shamisen", "Koto", "Kalimba", "Bagpipe", "Fiddle", "Shanai",
  "Tinkle Bell", "Agogo", "Steel Drums", "Woodblock", "Taiko Drum", "Melodic Tom", "Synth Drum", "Reverse Cymbal",
  "Guitar Fret Noise", "Breath Noise", "Seashore", "Bird Tweet", "Telephone Ring", "Helicopter", "Applause", "Gunshot",
];

/** A controller as a report names it. */
export function controllerName(number: number): string {
  const name = CONTROLLERS[number];
  return name === undefined ? `controller ${number}` : `controller ${number} (${name})`;
}

/** A linear level by General MIDI's curve; 1.0 is where a channel is that nobody moved. */
export function volumeOf(value: number): number {
  return rounded((value / USUAL_VOLUME) ** 2, 6);
}

/** 0 is left, 0.5 the centre (64), 1 right (127). */
export function panOf(value: number): number {
  return rounded(value <= CENTRE ? value / 128 : 0.5 + (value - CENTRE) / 126, 6);
}

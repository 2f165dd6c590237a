/** What a standard MIDI file holds: events with their ticks, in tracks. As files/midi/events.py has it. */

/** One event, at a time in ticks from the start of the file. */
export interface MidiEvent {
  readonly tick: number;
  readonly kind:
    | "note_on" | "note_off" | "polytouch" | "control_change" | "program_change" | "aftertouch" | "pitchwheel"
    | "sysex" | "sequence_number" | "text" | "copyright" | "track_name" | "instrument_name" | "lyrics" | "marker" | "cue_marker" | "device_name"
    | "channel_prefix" | "midi_port" | "set_tempo" | "smpte_offset" | "time_signature" | "key_signature" | "sequencer_specific" | "unknown_meta";
  /** 0 to 15; -1 for what is of no channel. */
  readonly channel: number;
  /** A key, a controller, or the upper number of a time signature. */
  readonly number: number;
  /** A velocity, a value, a program, the microseconds of a beat, or the lower number. */
  readonly value: number;
  readonly text: string;
}

/** One track of a file, as far as it could be read. */
export interface MidiTrackEvents {
  readonly events: readonly MidiEvent[];
  /** The tick at which it ends. */
  readonly end: number;
  /** The byte of the track from which on it cannot be read; null: it is whole. */
  readonly damagedAt: number | null;
  /** Single events that say nothing valid. */
  readonly skipped: number;
}

/** What a file holds. */
export interface MidiEvents {
  /** 0: one track with all channels; 1: tracks at the same time; 2: tracks of their own. */
  readonly format: number;
  /** 0 where ticks count parts of a second. */
  readonly ticksPerBeat: number;
  readonly ticksPerSecond: number;
  readonly tracks: readonly MidiTrackEvents[];
  /** How many tracks the head of the file says there are. */
  readonly announced: number;
}

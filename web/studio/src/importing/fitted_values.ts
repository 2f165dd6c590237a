/** Fits single values into the ranges that a project gives them, as files/fitted_values.py does; of those that a MIDI file can say. */

export type Field =
  | { readonly kind: "number" | "integer"; readonly minimum: number; readonly maximum: number; readonly isAbove: boolean }
  | { readonly kind: "text"; readonly maxLength: number };

export interface Fitted {
  readonly value: unknown;
  /** What had to be changed; "": nothing. */
  readonly fault: string;
}

/** A project goes no further (`MAX_BEATS`). */
const MOST_BEATS = 1_000_000;

/** Of a name (`MAX_STRING_LENGTH`). */
const LONGEST_TEXT = 256;

/** What a duration of nothing becomes: one tick of the usual 960 a beat. */
const SHORTEST_BEATS = 1 / 960;

const TIME = number(0, MOST_BEATS);
const ANY_TIME = number(-MOST_BEATS, MOST_BEATS);
const DURATION = number(0, MOST_BEATS, true);
const NAME: Field = { kind: "text", maxLength: LONGEST_TEXT };

/** Collection -> property -> what it may hold; what is not here takes all that a MIDI file can say. As schema/entities.py has it. */
export const FIELDS: { readonly [collection: string]: { readonly [name: string]: Field } } = {
  project: { name: NAME },
  tempo: { time: TIME, bpm: number(10, 1_000) },
  signatures: { time: TIME, num: integer(1, 64), den: integer(1, 32) },
  markers: { time: TIME, name: NAME },
  tracks: { name: NAME },
  channels: { name: NAME, volume: number(0, 2), pan: number(0, 1) },
  devices: { name: NAME },
  clips: { name: NAME, time: TIME, duration: DURATION },
  notes: { time: ANY_TIME, duration: DURATION },
  points: { time: ANY_TIME },
};

function number(minimum: number, maximum: number, isAbove = false): Field {
  return { kind: "number", minimum, maximum, isAbove };
}

function integer(minimum: number, maximum: number): Field {
  return { kind: "integer", minimum, maximum, isAbove: false };
}

/** The value as the field allows it. */
export function fit(field: Field, value: unknown): Fitted {
  if (field.kind === "text") return fitText(String(value), field.maxLength);
  const [given, { minimum, maximum, isAbove }] = [Number(value), field];
  if (field.kind === "integer") {
    const fitted = Math.min(Math.max(given, minimum), maximum);
    return { value: fitted, fault: fitted === given ? "" : `is outside ${numeral(minimum)} to ${numeral(maximum)}` };
  }
  if (given < minimum || (isAbove && given === minimum)) {
    return { value: isAbove ? minimum + SHORTEST_BEATS : minimum, fault: `is ${isAbove ? "not above" : "below"} ${numeral(minimum)}` };
  }
  return given > maximum ? { value: maximum, fault: `is above ${numeral(maximum)}` } : { value: given, fault: "" };
}

/** A bound as a musician writes it: 1,000,000. */
function numeral(bound: number): string {
  return bound.toLocaleString("en", { maximumFractionDigits: 15 });
}

function fitText(given: string, maxLength: number): Fitted {
  const text = withoutProblems(given.replaceAll("\0", "\ufffd"));
  const letters = text.length > maxLength ? [...text] : []; // a letter may be two units
  if (letters.length > maxLength) {
    return { value: withoutProblems(letters.slice(0, maxLength).join("")), fault: `is longer than ${maxLength} characters` }; // which may lack an end by now
  }
  return { value: text, fault: text === given ? "" : "holds characters that cannot be stored" };
}

/** Of a text of the project (rule E14): control characters but for tabs and line ends, and what is no character. */
const NOT_IN_TEXT = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]/g;
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;

/** The nearest text that a project takes. */
function withoutProblems(given: string): string {
  const text = given.replace(NOT_IN_TEXT, "\ufffd");
  return isClosed(text) ? text : text.replace(DIRECTION, "");
}

/** Whether each embedding, override and isolate has its own end, one inside the other. */
function isClosed(text: string): boolean {
  const open: string[] = [];
  for (const [mark] of text.matchAll(DIRECTION)) {
    if (mark !== "\u202c" && mark !== "\u2069") open.push(mark >= "\u2066" ? "\u2069" : "\u202c");
    else if (open.pop() !== mark) return false;
  }
  return open.length === 0;
}

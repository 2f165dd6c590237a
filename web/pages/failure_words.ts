/** What went wrong, as a sentence for who uses a page: never a path, a name of a call or of a field. */

import { ConnectionOver, Diverged, PrimeError, Unanswered, type ErrorCode, type ErrorDetails } from "@prime/client";

const LONGEST = 300;

/** Name of a field -> what the form calls it. */
export type Labels = ReadonlyMap<string, string>;

const NO_LABELS: Labels = new Map();

/** Fields of calls that forms know by other names, or that no form has. */
const FIELD_WORDS: { readonly [field: string]: string } = {
  max_uses: "For how many people", uses: "For how many people", expires_in: "Good for", email: "E-mail address", username: "Username",
  name: "Name", password: "Password", new_password: "New password", old_password: "Old password", code: "Code", token: "Link", bpm: "Tempo", user: "User", role: "Role",
};

/** Each code in words; the server's own sentence is shown instead where people can read it. */
const CODES: { readonly [code in ErrorCode]: string | ((details: ErrorDetails) => string) } = {
  bad_message: "This page has sent what the server does not understand. Load the page again.",
  unknown_message: "This page and the server are of different versions. Load the page again.",
  unsupported_version: "This page and the server are of different versions. Load the page again.",
  auth_required: "Log in first.",
  auth_failed: "The login is not valid. Log in again.",
  token_expired: "Your login has run out. Log in again.",
  second_factor_required: "A code of your second factor is asked for.",
  second_factor_missing: "This server asks everyone for a second factor: set one up.",
  link_required: "There is an account with this e-mail address already: log in to it, then link the other login in your account.",
  login_too_old: "This takes a login of the last ten minutes: log out, log in again, and do it then.",
  address_unverified: "Your e-mail address is not proved yet: open the link in the mail that you got, then log in.",
  forbidden: "You may not do this. Ask an owner of the project.",
  not_found: "It is not there any more, or you may not see it.",
  not_joined: "The project is not open any more. Open it again.",
  validation: "Something that was typed cannot be taken.",
  conflict: "Somebody else has changed it meanwhile. Look at it as it is now, then do it again.",
  taken: "Something of which there is only one is in use already. Choose another.",
  archived: "The project is archived: an owner must bring it back before anybody edits it.",
  limit_reached: "That is more than there may be.",
  rate_limited: (details) => `That was too much in a short time. Try again ${afterWait(details)}.`,
  unavailable: (details) => details.message ?? `The server cannot do this just now; nothing is lost. Try again ${afterWait(details)}.`,
  position_ahead: "The project was set back to an older state. Load the page again.",
  id_reused: "This was done already, or something else was. Load the page again and look.",
  op_invalid: "The edit does not fit the song as it is now.",
  op_exists: "This is in the song already.",
  op_cycle: "A group cannot be within itself, and a channel cannot lead to itself.",
  nothing_to_undo: "There is nothing to undo: undo takes back what you did in this tab since it was opened. What you did elsewhere, or others did, is in the history.",
  nothing_to_redo: "There is nothing to redo: nothing was undone since your last edit.",
  compacted: "What was before is not kept any more.",
  snapshot_damaged: "This snapshot is damaged and cannot be read. Choose another one.",
  not_done: "Something that belonged to it was refused, so none of it was done.",
  internal: (details) => `The server made a mistake${details.error_id === undefined ? "" : `, and has noted it as ${details.error_id}`}. Try again ${afterWait(details)}; if it stays so, tell whoever runs the server.`,
};

/** Codes whose sentence of the server says more than ours, as long as it is for people. */
const SERVERS_OWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["auth_failed", "address_unverified", "forbidden", "not_found", "conflict", "taken", "limit_reached", "validation", "archived"]);

/** What a username is made of. */
export const USERNAME_WORDS = "2 to 32 letters from a to z, digits, dots, hyphens or underlines, without blanks";

/** What programs say to programs: paths, code, names with underscores or dots within, types. */
const FOR_PROGRAMS = /[`${}<>=]|\w_\w|(?<!@[a-z]*)[a-z]\.[a-z]|\b(?:str|int|float|null|regex|params|array|object)\b|retry_after/i;

/** The sentence; of what the server tells and of ourselves. `labels`: of the form that was sent. */
export function inWords(error: unknown, labels: Labels = NO_LABELS): string {
  if (error instanceof PrimeError) return sentence(told(error, labels));
  if (error instanceof Unanswered) return "The server does not answer just now. Look at your network, and try again.";
  if (error instanceof ConnectionOver) return readable(error.message) || "This page is connected no more. Load it again.";
  if (error instanceof Diverged) return "The song does not come here as the server has it, though it was fetched several times. Open it again; if this stays, tell whoever runs the server, with the address of this page.";
  console.error("prime: an error that no server has told:", error);
  return `This page made a mistake (${String((error as Error | null)?.message ?? error).slice(0, LONGEST)}). Load it again.`;
}

/** The field of a form that is at fault; null: none by name. */
export function fieldOf(error: unknown): string | null {
  return error instanceof PrimeError ? (error.details.field?.split(".").at(-1) ?? null) : null;
}

/** A sentence of the server that belongs to no failure of ours; "": it has none that people can read. */
export function readable(message: string | undefined): string {
  const problemWords = problemIn(message ?? "", undefined);
  return problemWords === "" ? "" : sentence(problemWords);
}

function told(error: PrimeError, labels: Labels): string {
  const { code, details } = error;
  const codeWords = CODES[code] ?? "The server has refused this.";
  const words = typeof codeWords === "string" ? codeWords : codeWords(details);
  const problem = problemIn(error.message, details.field);
  const field = fieldOf(error);
  const label = field === null || (code !== "validation" && code !== "bad_message" && code !== "taken" && code !== "limit_reached") ? "" : (labels.get(field) ?? FIELD_WORDS[field] ?? "");
  if (label !== "") return `${label}: ${problem === "" ? "this cannot be taken" : problem}`;
  return SERVERS_OWN.has(code) && problem !== "" && details.version === undefined ? problem : words;
}

/** What is wrong, without the place in front and behind; "": nothing that people can read. */
function problemIn(message: string, field: string | undefined): string {
  const withoutPlace = message.replace(/ - at `[^`]*`$/, "").replace(/^(?!params\.)[a-z_]+\.[a-z_.]+: /, "").replace(/^params[^ :]*: /, "");
  const front = `${field ?? ""}: `;
  const problem = (field !== undefined && withoutPlace.startsWith(front) ? withoutPlace.slice(front.length) : withoutPlace).trim();
  return boundInWords(problem) ?? (FOR_PROGRAMS.test(problem) ? "" : problem);
}

/** What a server says of lengths, of numbers and of what lacks, of 0.3.0 or before; null: it is none of these. */
function boundInWords(problem: string): string | null {
  const bound = /^must (?:be|have) ((?:at (?:most|least)|less than|more than) -?\d[\d.]*(?: \w+)?)$/.exec(problem);
  if (bound !== null) return bound[1]!;
  if (/^must be a (?:whole )?number\b/.test(problem)) return "this is no number";
  if (/^`[^`]*` is missing$|^must be .* and is null$/.test(problem)) return "this is asked for";
  const length = /^Expected `str` of length (<=|>=|==) (\d+)/.exec(problem);
  if (length !== null) return `${{ "<=": "at most", ">=": "at least", "==": "exactly" }[length[1]!]} ${length[2]} ${length[2] === "1" ? "character" : "characters"}`;
  const number = /^Expected `(?:int|float)` (<=|>=|<|>) (-?[\d.]+)/.exec(problem);
  if (number !== null) return `${{ "<=": "at most", ">=": "at least", "<": "less than", ">": "more than" }[number[1]!]} ${number[2]}`;
  if (/^Expected `(?:int|float)`/.test(problem)) return "this is no number";
  if (/^a username is 2 to 32 characters/.test(problem)) return USERNAME_WORDS;
  if (/^Object missing required field|got `null`$/.test(problem)) return "this is asked for";
  return null;
}

function afterWait({ retry_after_ms: ms }: ErrorDetails): string {
  if (ms === undefined) return "in a moment";
  const seconds = Math.ceil(ms / 1_000);
  if (seconds <= 5) return "in a moment";
  return seconds < 120 ? `in ${seconds} seconds` : `in ${Math.ceil(seconds / 60)} minutes`;
}

function sentence(text: string): string {
  const cut = text.trim().slice(0, LONGEST);
  const first = cut.charAt(0).toUpperCase() + cut.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}

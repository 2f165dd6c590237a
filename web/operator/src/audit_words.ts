/** Entries of the audit in words: who did what, to whom. */

import type { Calls } from "@prime/client";

export type AuditEntry = Calls["operator.audit"]["result"]["entries"][number];

/** What the words of an event may name. */
interface Named {
  /** Whom it happened to; "": to who did it. */
  readonly whom: string;
  /** A detail as text; "": the entry has none. */
  detail(name: string): string;
}

type Words = string | ((named: Named) => string);

const ofWhom = (whom: string): string => (whom === "" ? "" : ` of ${whom}`);
const forWhom = (whom: string): string => (whom === "" ? "" : ` for ${whom}`);
const inQuotes = (text: string): string => (text === "" ? "" : `: “${text}”`);
const because = ({ detail }: Named): string => (detail("cause") === "" ? "" : ` (${detail("cause").replaceAll("_", " ")})`);
const by = ({ detail }: Named): string => (detail("by") === "" ? "" : ` by ${detail("by").replaceAll("_", " ")}`);

/** Event -> what was done, behind who did it. Each event of the schema has words: a test looks. */
const EVENTS: { readonly [event: string]: Words } = {
  login: (named) => `logged in${by(named)}`,
  login_failed: (named) => `could not log in${because(named)}`,
  login_held_back: "was held back: too many passwords were wrong",
  logout: "logged out",
  token_refused: (named) => `came with an access token that is not valid${because(named)}`,
  refresh_failed: (named) => `came with a refresh token that is not valid${because(named)}`,
  refresh_reused: "came with an old refresh token: it or the newest was stolen",
  session_revoked: ({ whom, detail }) => `ended a login${ofWhom(whom)}${inQuotes(detail("reason"))}`,
  device_renamed: ({ detail }) => `named a device ${detail("device")}`,
  account_made: ({ whom }) => `made an account${forWhom(whom)}`,
  guest_made: "came in as a guest",
  guest_upgraded: "made an account of a guest",
  account_closed: "deleted the account, which is erased after the grace time",
  account_reopened: "came back to a deleted account",
  deletion_requested: "asked for a code by mail, to delete the account",
  account_deleted: ({ whom }) => `erased the account${ofWhom(whom)}`,
  password_changed: ({ whom }) => `changed the password${ofWhom(whom)}`,
  password_removed: "proved the address without the password, which is void",
  password_failed: (named) => `gave a wrong password where it is asked once more${because(named)}`,
  reset_requested: ({ whom, detail }) => `asked for a ${detail("way") === "link" ? "link" : "mail"} to set a new password${forWhom(whom)}`,
  password_reset: "set a new password by a mail",
  verification_sent: "asked for a mail that proves the address",
  address_verified: "proved the e-mail address",
  address_changed: ({ whom }) => `changed the e-mail address${ofWhom(whom)}`,
  one_time_failed: (named) => `came with a code that is not valid${named.detail("purpose") === "" ? "" : `, for ${named.detail("purpose").replaceAll("_", " ")}`}${because(named)}`,
  identity_linked: ({ detail }) => `linked a login by ${detail("provider")}`,
  identity_unlinked: ({ detail }) => `took off the login by ${detail("provider")}`,
  provider_failed: (named) => `could not log in by ${named.detail("provider")}${because(named)}`,
  second_factor_added: "set up a second factor",
  second_factor_removed: (named) => `took off the second factor${ofWhom(named.whom)}`,
  second_factor_failed: (named) => `gave a wrong code of the second factor${because(named)}`,
  recovery_codes_made: "made new recovery codes",
  recovery_code_used: "used a recovery code",
  device_approved: ({ detail }) => `let in the device ${detail("name") || detail("device")}`,
  device_denied: ({ detail }) => `turned away the device ${detail("name") || detail("device")}`,
  device_failed: (named) => `gave a code of a device that is not valid${because(named)}`,
  role_changed: ({ whom, detail }) => `made ${whom === "" ? "themselves" : whom} ${detail("role")}${detail("before") === "" ? "" : `, who was ${detail("before")}`}`,
  access_revoked: ({ whom }) => (whom === "" ? "left" : `put ${whom} out`),
  permissions_changed: "changed what members may do in the session",
  invitation_made: ({ detail }) => `invited ${detail("role") === "" ? "somebody" : `somebody as ${detail("role")}`}`,
  invitation_accepted: ({ detail }) => `accepted an invitation${detail("role") === "" ? "" : ` as ${detail("role")}`}`,
  invitation_withdrawn: "withdrew an invitation",
  invitation_failed: (named) => `came with an invitation that is not valid${because(named)}`,
  key_rotated: "made a new key, by which tokens are signed",
  operator_made: ({ whom }) => `made ${whom === "" ? "an" : `${whom} an`} operator`,
  operator_unmade: ({ whom }) => `made ${whom === "" ? "somebody" : whom} no operator any more`,
  kicked: ({ whom, detail }) => `${detail("whom").startsWith("member") ? `sent ${whom || "a member"} out` : `ended logins${ofWhom(whom)}`}${inQuotes(detail("reason"))}`,
  room_closed: ({ detail }) => `closed the room${inQuotes(detail("reason"))}`,
  room_opened: "opened the room",
  maintenance_begun: ({ detail }) => `made all read-only${inQuotes(detail("message"))}`,
  maintenance_ended: "let everyone edit again",
  node_drained: ({ detail }) => `drained ${detail("node")}`,
  node_undrained: ({ detail }) => `let people into ${detail("node")} again`,
  entries_lost: "lost entries of the audit, which found no room or could not be written",
};

/** `by` of what was done without an account, as by `./run users`. */
const COMMAND_LINE = "command line";

/** A detail is cut to so many characters: all of it is in the entry itself. */
const MOST = 100;

/** The name by which the user is known now, or else the id; "": nobody. */
const nameOf = (name: string | undefined, id: string | null): string => (name || id || "").slice(0, MOST);

/** Who did it: a user, or what the server or its machine calls itself. */
export function whoDid({ user, actor, user_name, actor_name, details, event }: AuditEntry): string {
  if (actor !== null) return nameOf(actor_name, actor);
  const machine = details.by;
  if (typeof machine === "string" && (machine.startsWith("machine:") || machine === COMMAND_LINE)) return machine.slice(0, MOST);
  if (user !== null) return nameOf(user_name, user);
  return event === "entries_lost" || event === "key_rotated" ? "The server" : "Somebody";
}

/** "sent Ben out: “The stage is needed.”", behind who did it. */
export function whatWasDone(entry: AuditEntry): string {
  const { event, user, actor, details, count } = entry;
  const whom = nameOf(entry.user_name, user);
  const namesIn: Named = {
    whom: user !== null && (actor !== null || whoDid(entry) !== whom) ? whom : "",
    detail: (name) => {
      const value = details[name];
      return typeof value === "string" || typeof value === "number" ? String(value).slice(0, MOST) : "";
    },
  };
  const eventWords = EVENTS[event] ?? event.replaceAll("_", " ");
  return `${typeof eventWords === "string" ? eventWords : eventWords(namesIn)}${count > 1 ? `, ${count} times` : ""}`;
}

/** In which project, by its name of now; "": it is about none. */
export function whereItWas({ project, project_name }: AuditEntry): string {
  return nameOf(project_name, project);
}

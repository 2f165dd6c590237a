/** What an operator does from this page: what is asked before it, what people see, and the call that does it. */

import type { Calls, Method } from "@prime/client";

import { counted } from "../../pages/counted.js";

export interface Action {
  readonly title: string;
  /** What happens, and what the people will see, in sentences; what counts is counted when it is read. */
  says(): readonly string[];
  /** What stands on the button. */
  readonly word: string;
  /** Whether it ends something for people. */
  readonly isDanger: boolean;
  /** What people are shown is asked for under this name; null: nothing is asked. */
  readonly reason: { readonly label: string; readonly most: number } | null;
  /** Whether it is asked for how long. */
  readonly isForAWhile: boolean;
  what(fields: { readonly [name: string]: string }): Called;
}

export interface Called {
  readonly method: Method;
  readonly params: never;
  /** Its kind in the audit. */
  readonly event: string;
  /** What came of it. */
  said(result: never): string;
}

type Result<M extends Method> = Calls[M]["result"];
type Parts = Pick<Action, "title" | "says" | "word" | "what"> & Partial<Action>;

const HOUR_MS = 3_600_000;
const SHOWN = "What they are shown";

/** Value of the choice, and what it is called. */
export const WHILES = [["", "until I open it"], ["0.25", "15 minutes"], ["1", "1 hour"], ["2", "2 hours"], ["24", "1 day"]] as const;

function action(parts: Parts): Action {
  return { isDanger: true, reason: null, isForAWhile: false, ...parts };
}

function called<M extends Method>(method: M, params: Calls[M]["params"], event: string, said: (result: Result<M>) => string): Called {
  return { method, params: params as never, event, said: said as Called["said"] };
}

const missing = (silent: readonly string[] | undefined): string => (silent?.length ? ` These nodes did not answer: ${silent.join(", ")}.` : "");

export function sendOut(member: string, name: string, room: string): Action {
  return action({
    title: `Send ${name} out of ${room}?`, word: "Send out", reason: { label: SHOWN, most: 100 },
    says: () => [`${name} is out of this room at once, with your reason; the others see them leave.`, "It is no ban: they may join again. To keep them out, take their role away."],
    what: ({ reason = "" }) => called("operator.kick", { member, reason }, "kicked", ({ seats, silent }) => (seats === 0 ? `${name} was not there any more.` : `${name} is out of the room.`) + missing(silent)),
  });
}

export function endLogins(user: string, name: string): Action {
  return action({
    title: `End all logins of ${name}?`, word: "End the logins", reason: { label: SHOWN, most: 100 },
    says: () => [`Each program and browser of ${name} is cut off within a second, shows your reason, and asks them to log in.`, "What they have not sent yet stays in their client. It is no ban: they may log in again."],
    what: ({ reason = "" }) => called("operator.kick", { user, reason }, "kicked", ({ logins, silent }) => `${counted(logins, "login", "logins")} of ${name} ${logins === 1 ? "was" : "were"} ended.${missing(silent)}`),
  });
}

export function closeRoom(project: string, name: string): Action {
  return action({
    title: `Close the room of ${name}?`, word: "Close the room", reason: { label: SHOWN, most: 500 }, isForAWhile: true,
    says: () => ["Everyone is sent out of it and nobody gets in, on all nodes, until it is opened.", "Their clients show your sentence, keep what was not saved, and come back by themselves once it is open. Nothing is lost."],
    what: ({ reason = "", hours = "" }) => called("operator.close_room", { project, reason, ...(hours !== "" && { for_ms: Number(hours) * HOUR_MS }) }, "room_closed", ({ silent }) => `The room of ${name} is closed.${missing(silent)}`),
  });
}

export function openRoom(project: string, name: string): Action {
  return action({
    title: `Open the room of ${name}?`, word: "Open the room", isDanger: false,
    says: () => ["People get in again: those who wait come back by themselves, and what they kept is saved."],
    what: () => called("operator.open_room", { project }, "room_opened", ({ changed }) => (changed ? `The room of ${name} is open.` : `The room of ${name} was open already.`)),
  });
}

export function beginMaintenance(): Action {
  return action({
    title: "Make all read-only?", word: "Make all read-only", reason: { label: "What everyone is shown (say when you are back)", most: 500 },
    says: () => ["Nobody edits on any node, within two seconds.", "Everyone sees your sentence as a status; they still see each other, look and play. Edits wait in their clients and are saved when it is over: who closes the client before loses them."],
    what: ({ reason = "" }) => called("operator.maintenance", { mode: "read_only", message: reason }, "maintenance_begun", ({ unknown, silent }) => `All is read-only${unknown ? `, but for ${unknown} connections of nodes that are too old for it` : ""}.${missing(silent)}`),
  });
}

export function endMaintenance(): Action {
  return action({
    title: "Let everyone edit again?", word: "Let everyone edit", isDanger: false,
    says: () => ["Everyone edits again, within two seconds; what waited in their clients is sent and saved."],
    what: () => called("operator.maintenance", { mode: "off" }, "maintenance_ended", ({ silent }) => `Everyone edits again.${missing(silent)}`),
  });
}

function othersInWords(others: number): string {
  if (others === 0) return "There is no other node: nobody could get in anywhere.";
  return others === 1 ? "One other node serves." : `${others} other nodes serve.`;
}

/** `others`: how many other nodes serve by now. */
export function drain(node: string, others: () => number): Action {
  return action({
    title: `Drain ${node}?`, word: "Drain it",
    says: () => [
      "Its members are sent to other nodes, and it takes nobody new in; it goes on running.", "They notice a moment's reconnect.",
      othersInWords(others()),
    ],
    what: () => called("operator.drain", { node }, "node_drained", ({ changed, silent }) => `${node} ${changed ? "drains" : "was drained already"}.${missing(silent)}`),
  });
}

export function undrain(node: string): Action {
  return action({
    title: `Let people into ${node} again?`, word: "Let people in", isDanger: false,
    says: () => ["It takes people in again. Who is elsewhere stays there until they come again."],
    what: () => called("operator.undrain", { node }, "node_undrained", ({ changed, silent }) => `${node} ${changed ? "takes people in again" : "took people in already"}.${missing(silent)}`),
  });
}

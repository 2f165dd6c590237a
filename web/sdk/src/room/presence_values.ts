/** The values of presence, which no server answers: looked at where they are said. */

import { WrongUse } from "../failures.js";
import { PRESENCE, type PresenceTypes } from "../schema/tables.js";
import type { Presence } from "../schema/types.js";
import { sendableCopy } from "../sendable_values.js";
import { checkNames } from "./property_names.js";

/** A copy that nobody else can change. Throws `WrongUse` for a field that there is not, and for what one cannot hold. */
export function checkedPresence(presence: Presence): Presence {
  const copy = sendableCopy(presence, "presence") as Presence;
  checkFields(copy, PRESENCE, "presence");
  return copy;
}

function checkFields(given: unknown, types: PresenceTypes, where: string): void {
  checkNames(given, new Set(Object.keys(types)), `\`${where}\` takes`);
  for (const [name, type] of Object.entries(types)) {
    const [value, path] = [(given as { [name: string]: unknown })[name], `${where}.${name}`];
    if (typeof type === "string") {
      if (!type.includes(typeOf(value))) throw new WrongUse(`\`${path}\` is ${type}`);
    } else if (value != null) checkFields(value, type, path);
  }
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return value.every((each) => typeof each === "string") ? "array" : "array of others";
  return value === null ? "null" : typeof value;
}

/** Users of one name, told apart by their ids. */

import { asRead } from "../../sdk/src/room/user_names.js";

/** So much of an id is shown: the log has all of it. */
const SHOWN = 8;

/** A user, as a list has one. */
export type Person = readonly [name: string, user: string | null];

/** What each user of a list is called: the name, or the id of who has none; of users whose names look alike both. */
export function toldApart(people: readonly Person[], most: number): (...person: Person) => string {
  const users = new Map<string, Set<string>>();
  for (const [name, user] of people) {
    if (name === "" || user === null) continue;
    const alike = asRead(name.slice(0, most));
    users.set(alike, (users.get(alike) ?? new Set()).add(user));
  }
  return (name, user) => {
    const shown = name.slice(0, most);
    const alike = users.get(asRead(shown));
    if (shown === "" || user === null || alike === undefined || alike.size < 2) return shown || (user ?? "");
    const isEnough = [...alike].every((other) => other === user || other.slice(0, SHOWN) !== user.slice(0, SHOWN));
    return `${shown} (${isEnough ? user.slice(0, SHOWN) : user})`;
  };
}

/** People, each once: who has the song open in several tabs or on several machines is as many members. */

import type { Member } from "@prime/client";

/** The members that each user is, in the order in which they came. */
export function byPerson(members: readonly Member[]): readonly (readonly [Member, ...Member[]])[] {
  const persons = new Map<string, [Member, ...Member[]]>();
  for (const member of members) {
    const sameUser = persons.get(member.user);
    if (sameUser === undefined) persons.set(member.user, [member]);
    else sameUser.push(member);
  }
  return [...persons.values()];
}

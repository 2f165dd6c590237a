/** Who is here. */

import { isEqual, type Member, type Role, type User } from "../../sdk/src/index.js";
import { useMemo } from "./library.js";
import { useClient, useJoinedRoom, useRoomAbove } from "./providing.js";
import { useLive, useSelected } from "./selecting.js";

/** One of the others, wherever they are. */
export type Person = Omit<Member, "presence" | "gestures">;

/** All but ourselves, in the order in which they came. Drawn again when someone comes, goes or has another role.
 *
 * `select` makes of each what is to be drawn, out of plain data: with `({ member, name, presence }) => ({ member, name,
 * cursor: presence.cursor })` it is drawn again when a cursor moves, and only then. It may be another function each time.
 */
export function useOthers(): readonly Person[];
export function useOthers<Selected>(select: (other: Member) => Selected): readonly Selected[];
export function useOthers(select: (other: Member) => unknown = personOf): readonly unknown[] {
  const room = useJoinedRoom();
  const [subscribe, read] = useMemo(() => [
    (wake: () => void) => room.others.subscribe(wake), () => room.others.value.map(select),
  ] as const, [room, select]);
  return useSelected<readonly unknown[]>(subscribe, read, isEqual);
}

function personOf({ presence: _, gestures: __, ...person }: Member): Person {
  return person;
}

/** Who we are. */
export interface Me {
  /** null: nobody is logged in. */
  readonly user: User | null;
  /** Of the room above: our id among its members, and our role; "": there is none. */
  readonly member: string;
  readonly role: Role | "";
}

/** Our user, and what we are in the room above, if there is one. */
export function useMe(): Me {
  const client = useClient();
  const room = useRoomAbove();
  const user = useLive(client?.user ?? null, null);
  const member = useLive(room?.you ?? null, "");
  const role = useLive<Role | "">(room?.role ?? null, "");
  return useMemo(() => ({ user, member, role }), [user, member, role]);
}

/** Who is here, in the bar at the top: initials in their colour; a click goes to where they are. */

import type { Member } from "@prime/client";

import { useLive, useLiveKeyed } from "../../../pages/use_live.js";
import type { Studio } from "../studio.js";
import { ON_COLOUR, safeColour } from "./colours.js";
import { initials } from "./initials.js";
import { byPerson } from "./persons.js";

const MOST = 12;

/** "1 other is here". */
function whoIsHere(count: number, isHere: boolean): string {
  const [others, are, were] = count === 1 ? ["other", "is", "was"] : ["others", "are", "were"];
  return `${count} ${others} ${isHere ? `${are} here` : `${were} here before the connection broke`}`;
}

export function Avatars({ studio }: { studio: Studio }) {
  const others = useLiveKeyed(studio.room.value?.others, [], (all) => all.map(({ member, name, color }) => `${member}/${color}/${name}`).join());
  const isHere = useLive(studio.client.status, { name: "connecting" }).name === "connected";
  const persons = byPerson(others);
  const hidden = persons.length - MOST;
  return (
    <div class={`avatars${isHere ? "" : " stale"}`} role="group" aria-label={whoIsHere(persons.length, isHere)}>
      {persons.slice(0, MOST).map(([member]) => <Avatar key={member.member} studio={studio} member={member} />)}
      {hidden > 0 && <button type="button" onClick={() => { studio.side.value = "people"; }}>+{hidden}</button>}
    </div>
  );
}

export function Avatar({ studio, member }: { studio: Studio; member: Member }) {
  const name = member.name.slice(0, 60);
  return (
    <button type="button" class="avatar" title={name} aria-label={`${initials(member.name)}: go to where ${name} is`}
      style={{ background: safeColour(member.color), color: ON_COLOUR }} onClick={() => goTo(studio, member)}>
      <span aria-hidden>{initials(member.name)}</span>
    </button>
  );
}

/** Show the place of their cursor, or of their play head, as it is now. */
function goTo(studio: Studio, { member, presence, name }: Member): void {
  const { cursor, playhead } = studio.room.value?.others.value.find((each) => each.member === member)?.presence ?? presence;
  const time = cursor?.time ?? playhead?.time;
  if (time === undefined) studio.tell(`${name.slice(0, 60)} shows no place just now.`);
  else studio.jump.value = { time, ...(cursor?.track != null && { track: cursor.track }) };
}

/** Members of the project and their roles; owners change them, everyone may leave. */

import { useEffect, useState } from "preact/hooks";
import type { Role } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import type { Studio } from "../studio.js";
import { ON_COLOUR, safeColour } from "./colours.js";
import { initials } from "./initials.js";
import { keepLeaving } from "./own_leaving.js";
import { ROLE_WORDS, rolesFor } from "./roles.js";
import type { Member, Members as Followed } from "./use_members.js";

export function Members({ studio, project, followed }: { studio: Studio; project: string; followed: Followed }) {
  const { rows, failure, again } = followed;
  const members = [...(rows?.values() ?? [])];
  const isAlone = members.filter(({ role }) => role === "owner").length === 1;
  return (
    <section aria-label="Members">
      <h2>Members</h2>
      {failure !== null && <p class="failure" role="alert">{inWords(failure)} <button type="button" onClick={again}>Try again</button></p>}
      <ul class="list">{members.map((member) => <OneMember key={member.user.id} studio={studio} project={project} member={member} isOnlyOwner={isAlone && member.role === "owner"} />)}</ul>
    </section>
  );
}

interface Props {
  readonly studio: Studio;
  readonly project: string;
  readonly member: Member;
  readonly isOnlyOwner: boolean;
}

function OneMember({ studio, project, member, isOnlyOwner }: Props) {
  const { user, role } = member;
  /** The role that was chosen here, until it is told that the member has it, or another; null: none was. */
  const [chosen, setChosen] = useState<Role | null>(null);
  useEffect(() => setChosen(null), [role]);
  const isMe = user.id === studio.client.user.value?.id;
  const { isOwner } = studio;
  const [plain, room] = [user.name || user.username, studio.room.value];
  const name = (room === null ? plain : room.nameOf(user.id, plain)).slice(0, 60);
  const after = (done: Promise<unknown>): void => {
    done.catch((error: unknown) => { studio.tell(inWords(error), "failure"); setChosen(null); });
  };
  const grant = (next: Role): void => {
    setChosen(next);
    after(studio.client.call("members.grant", { project, user: user.id, role: next }));
  };
  const leave = async (): Promise<void> => {
    keepLeaving(project, user.id);
    try {
      await studio.client.call("members.revoke", { project, user: user.id });
    } catch (error) {
      keepLeaving(project, null);
      throw error;
    }
  };
  const putOut = (): void => {
    if (isOnlyOwner) {
      studio.tell("A project needs an owner; make someone else one first.", "failure"); // as the server says of the role
      return;
    }
    studio.question.value = {
      title: isMe ? "Leave this project" : `Put ${name} out`, action: isMe ? "Leave" : "Put out",
      words: isMe ? "You do not see this project any more. An owner must let you in again." : `${name} does not see this project any more, and is out of it at once. What they edited stays.`,
      onYes: () => after(isMe ? leave() : studio.client.call("members.revoke", { project, user: user.id })),
    };
  };
  return (
    <li class="row">
      <span class="avatar" aria-hidden style={{ background: safeColour(member.color), color: ON_COLOUR }}>{initials(name)}</span>
      <span class="grow"><bdi>{name}</bdi>{isMe && <small class="quiet"> you</small>}</span>
      {isOwner
        ? (
          <select aria-label={`Role of ${name}`} value={chosen ?? role} onChange={(event) => grant(event.currentTarget.value as Role)}>
            {rolesFor(user.is_guest, role).map((each) => <option key={each} value={each}>{ROLE_WORDS[each].title}</option>)}
          </select>
        )
        : <small class="quiet">{ROLE_WORDS[role].title}</small>}
      {(isOwner || (isMe && studio.over.value === null)) && <button type="button" aria-label={isMe ? "Leave the project" : `Put ${name} out`} onClick={putOut}>{isMe ? "Leave" : "×"}</button>}
    </li>
  );
}

/** Members of the project and their roles; owners change them, everyone may leave. */

import { useEffect, useState } from "preact/hooks";
import type { Calls, Role } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import type { Studio } from "../studio.js";
import { ON_COLOUR, safeColour } from "./colours.js";
import { initials } from "./initials.js";
import { keepLeaving } from "./own_leaving.js";
import { ROLE_WORDS, rolesFor } from "./roles.js";

type Member = Calls["members.list"]["result"]["members"][number];

const PAGE = 200;

/** `here`: who is; another may be a member since they came. */
export function Members({ studio, project, here }: { studio: Studio; project: string; here: string }) {
  const [members, setMembers] = useState<readonly Member[]>([]);
  const [failure, setFailure] = useState("");
  const load = (): void => {
    studio.client.call("members.list", { project, limit: PAGE })
      .then((page) => { setMembers(page.members); setFailure(""); }, (error: unknown) => setFailure(inWords(error)));
  };
  useEffect(load, [project, here, studio.role.value]);
  const isAlone = members.filter(({ role }) => role === "owner").length === 1;
  return (
    <section aria-label="Members">
      <h2>Members</h2>
      {failure !== "" && <p class="failure" role="alert">{failure} <button type="button" onClick={load}>Try again</button></p>}
      <ul class="list">{members.map((member) => <OneMember key={member.user.id} studio={studio} project={project} member={member} isOnlyOwner={isAlone && member.role === "owner"} onChanged={load} />)}</ul>
    </section>
  );
}

interface Props {
  readonly studio: Studio;
  readonly project: string;
  readonly member: Member;
  readonly isOnlyOwner: boolean;
  readonly onChanged: () => void;
}

function OneMember({ studio, project, member, isOnlyOwner, onChanged }: Props) {
  const { user, role } = member;
  const isMe = user.id === studio.client.user.value?.id;
  const isOwner = studio.role.value === "owner";
  const [plain, room] = [user.name || user.username, studio.room.value];
  const name = (room === null ? plain : room.nameOf(user.id, plain)).slice(0, 60);
  const after = (done: Promise<unknown>): void => {
    done.then(onChanged, (error: unknown) => { studio.tell(inWords(error), "failure"); onChanged(); });
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
          <select aria-label={`Role of ${name}`} value={role}
            onChange={(event) => after(studio.client.call("members.grant", { project, user: user.id, role: event.currentTarget.value as Role }))}>
            {rolesFor(user.is_guest, role).map((each) => <option key={each} value={each}>{ROLE_WORDS[each].title}</option>)}
          </select>
        )
        : <small class="quiet">{ROLE_WORDS[role].title}</small>}
      {(isOwner || isMe) && <button type="button" aria-label={isMe ? "Leave the project" : `Put ${name} out`} onClick={putOut}>{isMe ? "Leave" : "×"}</button>}
    </li>
  );
}

/** Who is here, who is a member, and invitations. */

import type { Room } from "@prime/client";

import { useLive } from "../../../pages/use_live.js";
import type { Studio } from "../studio.js";
import { Avatar } from "./Avatars.js";
import { activitiesInWords } from "./activity_words.js";
import { Invitations } from "./Invitations.js";
import { byPerson } from "./persons.js";
import { Members } from "./Members.js";
import { useMembers } from "./use_members.js";

export function People({ studio }: { studio: Studio }) {
  const room = studio.room.value;
  return room === null ? null : <PeopleOf studio={studio} room={room} />;
}

function PeopleOf({ studio, room }: { studio: Studio; room: Room }) {
  const others = useLive(room.others, []);
  const members = useMembers(studio.client, room.project);
  return (
    <div class="people">
      <section aria-label="Here now">
        <h2>Here now</h2>
        <ul class="list">
          {byPerson(others).map((each) => (
            <li key={each[0].user} class="row">
              {each.map((member) => <Avatar key={member.member} studio={studio} member={member} />)}
              <span class="grow"><bdi>{each[0].name.slice(0, 60)}</bdi> <small class="quiet"><bdi>{activitiesInWords(each, room)}</bdi></small></span>
            </li>
          ))}
        </ul>
        {others.length === 0 && <p class="quiet">Nobody but you.</p>}
      </section>
      <Members studio={studio} project={room.project} followed={members} />
      {studio.isOwner && <Invitations studio={studio} project={room.project} members={members.rows} />}
    </div>
  );
}

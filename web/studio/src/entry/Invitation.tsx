/** What an invitation is for, and for who is logged in a button that takes it. */

import { Form } from "../../../pages/Form.js";
import { ROLE_WORDS } from "../people/roles.js";
import type { Entrance, InvitedTo } from "./entrance.js";

export function Invitation({ entrance, invitedTo, isIn }: { entrance: Entrance; invitedTo: InvitedTo; isIn: boolean }) {
  return (
    <section aria-label="Invitation">
      <p>
        <bdi>{(invitedTo.inviter.name || invitedTo.inviter.username).slice(0, 80)}</bdi> invites you
        to <strong><bdi>{invitedTo.name.slice(0, 120)}</bdi></strong>: you {ROLE_WORDS[invitedTo.role].may}.
      </p>
      {isIn && <Form label="Take the invitation" action="Open the project" onSubmit={() => entrance.accept()} />}
    </section>
  );
}

/** Invitations to the project: by a link, or by mail; open ones are listed and withdrawn. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Calls, InvitedRole } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import { Choice, Field, Form, type Fields } from "../../../pages/Form.js";
import type { Studio } from "../studio.js";
import { mailedInWords } from "./mailed_words.js";
import { ROLE_WORDS } from "./roles.js";
import type { Members } from "./use_members.js";

type Invitation = Calls["invitations.list"]["result"]["invitations"][number];

const ROLES = ["editor", "commenter", "viewer"] as const satisfies readonly InvitedRole[];
const HOURS = [["1", "an hour"], ["24", "a day"], ["168", "a week"], ["720", "30 days"]] as const;
const PAGE = 50;

/** `members`: another map with each who comes, by one of them perhaps; null: they are not here yet. */
export function Invitations({ studio, project, members }: { studio: Studio; project: string; members: Members["rows"] }) {
  const [openInvitations, setOpenInvitations] = useState<readonly Invitation[]>([]);
  const [link, setLink] = useState<string | null>(null);
  const load = (): void => {
    studio.client.call("invitations.list", { project, limit: PAGE, order: ["-created_at"] })
      .then((page) => setOpenInvitations(page.invitations.filter(isOpen)), (error: unknown) => studio.tell(inWords(error), "failure"));
  };
  useEffect(load, [project, members]);
  const invite = async (fields: Fields): Promise<void> => {
    const made = await studio.client.call("invitations.create", invitationOf(project, fields));
    setLink(made.token === null ? null : `${location.origin}/studio#invite=${made.token}`);
    if (made.url === null) studio.tell(mailedInWords(made, fields.email ?? ""), made.is_mailed === false ? "warning" : "note");
    load();
  };
  return (
    <section aria-label="Invitations">
      <h2>Invite</h2>
      <Form label="Invite" action="Invite" onSubmit={invite}>
        <Field label="E-mail address" name="email" type="email" autocomplete="off" hint="Leave it empty for a link that you hand on yourself." />
        <Choice label="Role" name="role" value="editor" options={ROLES.map((role) => [role, ROLE_WORDS[role].title] as const)} />
        <Choice label="Good for" name="hours" value="168" options={HOURS} />
        <Field label="For how many people" name="uses" type="number" min={1} max={500} value={1} hint="Of a link." />
        <label class="row"><input type="checkbox" name="guests" />People without an account may come in by the link</label>
      </Form>
      {link !== null && <Link key={link} studio={studio} link={link} />}
      <ul class="list">{openInvitations.map((one) => <OpenInvitation key={one.id} studio={studio} invitation={one} onChanged={load} />)}</ul>
    </section>
  );
}

function invitationOf(project: string, { email = "", role = "viewer", hours = "168", uses = "1", guests = "" }: Fields): Calls["invitations.create"]["params"] {
  const common = { project, role: role as InvitedRole, expires_in: Number(hours) * 3_600 };
  return email === "" ? { ...common, max_uses: Number(uses), guests: guests !== "" } : { ...common, email };
}

function isOpen({ withdrawn_at, uses, max_uses, expires_at }: Invitation): boolean {
  return withdrawn_at === null && uses < max_uses && expires_at > Date.now();
}

/** Shown once, and so in sight: the server keeps its hash only. */
function Link({ studio, link }: { studio: Studio; link: string }) {
  const row = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => row.current?.scrollIntoView({ block: "nearest" }), []);
  const copy = (): void => {
    navigator.clipboard.writeText(link)
      .then(() => studio.tell("The link is copied."), () => studio.tell("This browser does not let a page copy: select the link and copy it.", "warning"));
  };
  return (
    <div ref={row} class="row" role="status">
      <input class="grow" readOnly value={link} aria-label="Link of the invitation, shown this once" onFocus={(event) => event.currentTarget.select()} />
      <button type="button" onClick={copy}>Copy</button>
    </div>
  );
}

function OpenInvitation({ studio, invitation, onChanged }: { studio: Studio; invitation: Invitation; onChanged: () => void }) {
  const { id, email, role, uses, max_uses, expires_at, guests } = invitation;
  const withdraw = (): void => {
    studio.client.call("invitations.withdraw", { invitation: id })
      .then(onChanged, (error: unknown) => studio.tell(inWords(error), "failure"));
  };
  return (
    <li class="row">
      <span class="grow">
        <bdi>{email ?? "By a link"}</bdi>
        <small class="quiet"> {ROLE_WORDS[role].title}, {guests && "guests too, "}{uses} of {max_uses} came, until {new Date(expires_at).toLocaleString()}</small>
      </span>
      <button type="button" onClick={withdraw}>Withdraw</button>
    </li>
  );
}

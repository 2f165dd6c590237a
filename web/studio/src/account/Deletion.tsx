/** The end of the account: what becomes of its projects is shown before. */

import { useState } from "preact/hooks";
import { isEqual, type Calls } from "@prime/client";

import { Dialog } from "../../../pages/Dialog.js";
import { Field, Form } from "../../../pages/Form.js";
import type { Studio } from "../studio.js";

type Preview = Calls["auth.deletion_preview"]["result"];

/** A guest has no password. */
export function Deletion({ studio, isGuest }: { studio: Studio; isGuest: boolean }) {
  const [preview, setPreview] = useState<Preview | null>(null);
  return (
    <section class="card">
      <h2>Delete the account</h2>
      <Form label="Look at what would be deleted" action="Delete the account …" danger
        onSubmit={async () => setPreview(await studio.client.call("auth.deletion_preview", {}))}>
        <p>You are shown what becomes of your projects first.</p>
      </Form>
      {preview !== null && <Confirm studio={studio} isGuest={isGuest} preview={preview} onChanged={setPreview} onClose={() => setPreview(null)} />}
    </section>
  );
}

interface Props {
  readonly studio: Studio;
  readonly isGuest: boolean;
  readonly preview: Preview;
  /** What becomes of the projects is another thing by now. */
  readonly onChanged: (preview: Preview) => void;
  readonly onClose: () => void;
}

function Confirm({ studio, isGuest, preview, onChanged, onClose }: Props) {
  const [isMailed, setMailed] = useState(false);
  const [hasChanged, setChanged] = useState(false);
  const mail = async (): Promise<void> => {
    await studio.client.call("auth.request_deletion", {});
    setMailed(true);
  };
  const remove = async (typed: { readonly [field: string]: string }): Promise<void> => {
    const now = await studio.client.call("auth.deletion_preview", {});
    if (!isEqual(now, preview)) { // others came, went or got another role while this was read
      onChanged(now);
      setChanged(true);
      return;
    }
    const proof = isMailed ? { code: typed.code ?? "" } : { password: typed.password ?? "" };
    const done = await studio.client.call("auth.delete_account", isGuest ? {} : proof);
    onClose();
    const until = new Date(done.erase_at).toLocaleDateString();
    studio.tell(isGuest ? "You are not known here any more." : `The account is deleted. Until ${until} a login brings it back.`, "warning");
  };
  return (
    <Dialog title="Delete the account" onClose={onClose}>
      {preview.total === 0 ? <p>You own no project.</p> : (
        <ul class="list">
          {preview.projects.map(({ project, name, becomes, others }) => (
            <li key={project}><bdi>{name.slice(0, 120)}</bdi> <small class="quiet">{becomes}, {others} other {others === 1 ? "member" : "members"}</small></li>
          ))}
        </ul>
      )}
      {hasChanged && <p class="failure" role="alert">Your projects have changed meanwhile. This is what becomes of them by now: delete the account again if you still want to.</p>}
      <p>{isGuest ? "It cannot be brought back: a guest has nothing to log in with." : `For ${preview.days} days nothing is gone: a login brings the account back.`}</p>
      <Form label="Delete the account" action="Delete the account" danger onSubmit={remove}>
        {!isGuest && !isMailed && <Field label="Your password" name="password" type="password" autocomplete="current-password" required />}
        {isMailed && <Field label="The code of the mail" name="code" inputMode="numeric" autocomplete="one-time-code" required />}
      </Form>
      {!isGuest && !isMailed && (
        <Form label="Delete without the password" action="Send me a code" onSubmit={mail}>
          <p>Do you not know the password, or have none? A code is mailed to you, good for ten minutes.</p>
        </Form>
      )}
    </Dialog>
  );
}

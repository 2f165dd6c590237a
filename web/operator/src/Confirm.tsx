/** Asks once more before something is done to people, and says what came of it. */

import { Dialog } from "../../pages/Dialog.js";
import { Choice, Field, Form } from "../../pages/Form.js";
import { WHILES } from "./actions.js";
import { Stored } from "./Audit.js";
import { whatWasDone, whoDid } from "./audit_words.js";
import type { PolledState } from "./polled_state.js";

export function Confirm({ seen }: { seen: PolledState }) {
  const action = seen.action.value;
  if (action === null) return null;
  const { title, word, isDanger, reason, isForAWhile } = action;
  return (
    <Dialog title={title} onClose={() => { seen.action.value = null; }}>
      {action.says().map((sentence) => <p key={sentence} class="sentence"><bdi>{sentence}</bdi></p>)}
      <Form label={title} action={word} danger={isDanger} onSubmit={(fields) => seen.carryOut(action, fields)}>
        {reason !== null && <Field label={reason.label} name="reason" required maxLength={reason.most} autocomplete="off" />}
        {isForAWhile && <Choice label="For how long" name="hours" value="" options={WHILES} />}
      </Form>
    </Dialog>
  );
}

/** What was done last, with its entry of the audit. */
export function LastDone({ seen }: { seen: PolledState }) {
  const done = seen.done.value;
  return (
    <div class="last" role="status">
      {done !== null && (
        <section class="card done" aria-label="What was done">
          <p><bdi>{done.said}</bdi></p>
          {done.entry !== null && (
            <Stored entry={done.entry}>In the audit, {new Date(done.entry.at).toLocaleString()}: <bdi>{whoDid(done.entry)} {whatWasDone(done.entry)}</bdi></Stored>
          )}
          <button type="button" onClick={() => { seen.done.value = null; }}>Dismiss</button>
        </section>
      )}
    </div>
  );
}

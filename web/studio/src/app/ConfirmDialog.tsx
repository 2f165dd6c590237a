/** Asks once more before what cannot be taken back, or takes what is not seen, is done. */

import { Dialog } from "../../../pages/Dialog.js";
import { Form } from "../../../pages/Form.js";
import type { Studio } from "../studio.js";

export function ConfirmDialog({ studio }: { studio: Studio }) {
  const question = studio.question.value;
  if (question === null) return null;
  const close = (): void => { studio.question.value = null; };
  // Another question is another window: it is read anew, and no second Enter answers it.
  return (
    <Dialog key={question.words} title={question.title} onClose={close}>
      <Form label={question.title} action={question.action} danger onSubmit={async () => {
        close();
        question.onYes();
      }}>
        <p><bdi>{question.words}</bdi></p>
      </Form>
    </Dialog>
  );
}

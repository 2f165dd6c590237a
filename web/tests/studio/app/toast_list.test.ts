import assert from "node:assert/strict";
import { test } from "node:test";

import { withToast, type Toast } from "../../../studio/src/app/toast_list.js";

/** What is shown once these were told. */
function told(...texts: readonly (readonly [text: string, about?: string])[]): string[] {
  let toasts: Toast[] = [];
  for (const [at, [text, about]] of texts.entries()) toasts = withToast(toasts, { id: `t${at}`, kind: "note", text }, about);
  return toasts.map(({ text, count }) => `${text} ${count}`);
}

test("the same sentence again is one, with how often it was told", () => {
  assert.deepEqual(told(["No."], ["Yes."], ["No."], ["No."]), ["Yes. 1", "No. 3"]);
  assert.deepEqual(told(["Wait 3.5 s."], ["Wait 2 s."]), ["Wait 2 s. 1"], "what differs in its numbers alone is the same");
  assert.deepEqual(told(["“a” is here."], ["“b” is here."]), ["“a” is here. 1", "“b” is here. 1"]);
});

test("what is about the same takes the place of what was told before, and five are shown at most", () => {
  assert.deepEqual(told(["0%", "import"], ["Yes."], ["10%", "import"]), ["Yes. 1", "10% 1"]);
  assert.deepEqual(told(["a"], ["b"], ["c"], ["d"], ["e"], ["f"]), ["b 1", "c 1", "d 1", "e 1", "f 1"]);
});

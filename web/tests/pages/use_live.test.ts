import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { h, options, render } from "preact";
import { Live } from "../../sdk/src/live.js";

import { useLive, useLiveKeyed } from "../../pages/use_live.js";

/** As much of a page as a component of one text needs, and what waits for the next frame. */
function page(context: TestContext, component: () => string) {
  const waiting: (() => void)[] = [];
  const texts: { data: string }[] = [];
  const place = { nodeType: 1, childNodes: texts, firstChild: null, insertBefore: (text: { data: string }) => texts.push(text), contains: () => true };
  Object.assign(globalThis, { document: { createTextNode: (data: string) => ({ nodeType: 3, data }) } });
  context.after(() => { Reflect.deleteProperty(globalThis, "document"); });
  const wait = (step: () => void): void => void waiting.push(step);
  Object.assign(options, { requestAnimationFrame: wait, debounceRendering: wait });
  let drawn = 0;
  const counted = (): string => {
    drawn += 1;
    return component();
  };
  render(h(counted, {}), place as unknown as Element);
  return {
    frame: (): void => { while (waiting.length > 0) waiting.shift()!(); },
    get text(): string { return texts.map(({ data }) => data).join(); },
    get drawn(): number { return drawn; },
  };
}

test("what changes between the drawing and the frame after it is shown", (context) => {
  const live = new Live("connecting");
  const there = page(context, () => useLive(live, "none"));
  assert.equal(there.text, "connecting");
  live.set("connected");
  there.frame();
  assert.equal(there.text, "connected");
  live.set("away");
  there.frame();
  assert.equal(there.text, "away");
  there.frame();
  assert.equal(there.drawn, 3);
});

test("with a key only another key is drawn, also in front of the first frame", (context) => {
  const live = new Live("Ada 1");
  const there = page(context, () => useLiveKeyed(live, "", (text) => text.split(" ")[0]));
  live.set("Ada 2");
  there.frame();
  assert.deepEqual([there.text, there.drawn], ["Ada 1", 1]);
  live.set("Ben 3");
  there.frame();
  assert.deepEqual([there.text, there.drawn], ["Ben 3", 2]);
  live.set("Ada 4");
  there.frame();
  assert.deepEqual([there.text, there.drawn], ["Ada 4", 3]);
});

test("what is not there yet reads as what stands for it", (context) => {
  assert.equal(page(context, () => useLive<string>(null, "nothing yet")).text, "nothing yet");
});

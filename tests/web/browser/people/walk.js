// Runs in the studio page: presses all that is offered, and notes what the server refuses.

globalThis.refused = [];
globalThis.pressed = [];
{
  let running = 0;
  const { studio } = prime;
  const call = studio.client.call.bind(studio.client);
  studio.client.call = async (method, ...rest) => {
    running += 1;
    try {
      return await call(method, ...rest);
    } catch (error) {
      refused.push(`${method}: ${error.code}`);
      throw error;
    } finally {
      running -= 1;
    }
  };
  studio.room.value.onRefused((id, error) => refused.push(`edit: ${error.code}`));
  const LEAVES = /^(To the projects|Leave the project|Leave|Import|Log out|To your projects)$|^Put .* out$/;
  const nameOf = (each) => (each.getAttribute("aria-label") ?? each.textContent).trim();
  const placeOf = (each) => each.closest("[aria-label]:not(button)")?.getAttribute("aria-label") ?? "";
  const keyOf = (each) => `${placeOf(each)} / ${nameOf(each)}`;
  const isAway = (each) => LEAVES.test(nameOf(each)) || (nameOf(each) === "Fork" && studio.isGuest.value === false);
  const isOffered = (each) => !each.disabled && each.getAttribute("aria-disabled") !== "true" && each.checkVisibility();
  const isSettled = () => running === 0 && studio.room.value.unsaved.value === 0;
  const frame = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
  /** What a panel asks for begins some frames after it is shown. */
  const settled = async () => {
    for (let frames = 0; frames < 4; frames += 1) {
      await frame();
      if (!isSettled()) frames = 0;
    }
  };
  const send = async (form) => {
    for (const field of form.querySelectorAll("input[required]")) field.value ||= "x";
    form.requestSubmit();
    await settled();
  };
  /** The panels that are walked. */
  let place = { side: "history", lower: "mixer" };
  /** What was pressed may show another panel, a moment or a dialog. */
  const isAsWalked = () => document.querySelector("dialog[open]") === null && studio.moment.value === null
    && studio.side.value === place.side && studio.lower.value === place.lower;
  const press = async (each) => {
    pressed.push(keyOf(each));
    if (each.matches("[role=slider]")) each.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
    else each.click();
    await settled();
    if (isAsWalked()) return;
    const form = document.querySelector("dialog[open] form");
    if (form) await send(form);
    document.querySelector("dialog[open]")?.close();
    studio.moment.value = null;
    studio.side.value = place.side;
    studio.lower.value = place.lower;
    await settled();
  };
  const isOfPlace = (each) => each.closest(".side, .lower") !== null;
  /** Controls that every place has, and that were pressed. */
  const everywhere = new Set();
  /** All that is offered at this place, each once; what every place has in the first of them. */
  globalThis.walk = async () => {
    const here = new Set();
    const seen = { has: (key) => here.has(key) || everywhere.has(key) };
    for (;;) {
      const controls = [...document.querySelectorAll("button, [role=slider]")];
      const next = controls.find((each) => isOffered(each) && !seen.has(keyOf(each)) && !isAway(each) && each.closest(".tabs") === null);
      if (next === undefined) return;
      (isOfPlace(next) ? here : everywhere).add(keyOf(next));
      await press(next);
    }
  };
  globalThis.show = async (side, lower, collection, id) => {
    place = { side, lower };
    studio.select(collection, [id]);
    studio.side.value = side;
    studio.lower.value = lower;
    studio.openClip.value = "cl_lead_01";
    await settled();
  };
}

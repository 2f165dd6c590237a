/** Which keys are for what has the focus, and so are no shortcuts of the page. */

/** What is typed into, and windows over the page: all keys are theirs. */
const TYPED = `input:not(${["range", "checkbox", "radio", "button", "submit", "color", "file"].map((type) => `[type=${type}]`).join(", ")}), textarea, select, [contenteditable], [role=application], dialog`;

/** What Space and Enter press; arrows go from it to the next one. */
const PRESSED = "button, summary, [role=button], [role=row], [role=tab], input[type=checkbox], input[type=radio], input[type=color], input[type=file], input[type=submit], input[type=button]";
const PRESSING = new Set([" ", "enter", "arrowup", "arrowdown", "arrowleft", "arrowright", "home", "end"]);

/** What arrows and the like push. */
const PUSHED = "input[type=range], [role=slider], [role=spinbutton]";
const PUSHING = new Set(["arrowup", "arrowdown", "arrowleft", "arrowright", "home", "end", "pageup", "pagedown"]);

/** Pressed by the mouse, and not reached by keys since: Space plays there, as everywhere in a studio. */
const clicked = new WeakSet<Element>();

/** For as long as the page lives. */
export function followMouse(): void {
  let isTab = false;
  addEventListener("pointerdown", ({ target }) => {
    isTab = false;
    const hit = target instanceof Element ? target.closest(`${PRESSED}, select, label`) : null;
    const control = hit instanceof HTMLLabelElement ? hit.control : hit;
    if (control !== null) clicked.add(control);
  }, true);
  addEventListener("keydown", ({ key }) => { isTab = key === "Tab"; }, true);
  addEventListener("focusin", ({ target }) => { if (isTab && target instanceof Element) clicked.delete(target); }, true);
}

/** Whether a key is for the element that it was pressed on. `target`: of the event. */
export function isForFocused(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  const pressed = key.toLowerCase();
  const typed = target.closest(TYPED);
  if (typed !== null && !typed.matches("select")) return true; // also in a row, as the name of a track
  if (target.closest("dialog") === null && isLeft(target, pressed)) return false;
  if (typed !== null) return true;
  if (target.closest(PUSHED) !== null) return PUSHING.has(pressed);
  if (target.closest(PRESSED) !== null) return PRESSING.has(pressed);
  return target.closest("a[href]") !== null && pressed === "enter";
}

/** Whether what the mouse has pressed leaves a key to the page: Space; a button that does one thing also what goes from one to the next. */
function isLeft(target: Element, pressed: string): boolean {
  const control = target.closest(`${PRESSED}, select`);
  if (control === null) return false;
  if (control.matches("[role=row]")) return pressed === " "; // it is pressed by Enter
  if (!clicked.has(control)) return false;
  return pressed === " " || (control.matches("button, summary") && pressed !== "enter");
}

/** Whether a window is open, which takes all keys wherever the focus is. */
export function isDialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

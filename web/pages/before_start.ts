/** Says why a page does not start. A script of its own, in front of the page's, in words of 2015: the other may be nothing that this browser can read. */

import { UPDATE, whatIsMissing } from "./browser_requirements.js";

/** A part that the page cannot do without. */
interface Part {
  readonly src?: string;
  readonly href?: string;
}

/** It says already what to do, for browsers that do not run this script either; the page takes it away once it has started. */
const notStarted = document.getElementById("not-started")!;

function say(sentence: string): void {
  notStarted.textContent = sentence;
  notStarted.hidden = false;
}

function hear(event: Event): void {
  if (missing !== null) return;
  const { src, href } = (event.target ?? {}) as Part;
  const address = src ?? href;
  if (address !== undefined) say(`A part of this page could not be loaded (${address.split("/").pop()}). Load the page again; if that does not help, tell whoever runs this server.`);
  else say(`This page could not start in this browser (${String((event as ErrorEvent).message).slice(0, 200)}). ${UPDATE} If it is current, load the page again.`);
}

const missing = whatIsMissing(window);
notStarted.hidden = true;
if (missing !== null) say(missing);
else if (!("noModule" in HTMLScriptElement.prototype)) say(`This browser cannot read the scripts of this page. ${UPDATE}`);
addEventListener("error", hear, true); // a part that cannot be loaded tells nobody else

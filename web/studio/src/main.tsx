/** Starts the studio page. */

import { render } from "preact";

import "../../pages/theme.css";
import "../../pages/controls.css";
import "./app/app.css";
import "./arrangement/arrangement.css";
import "./history/history.css";
import "./importing/importing.css";
import "./inspector/inspector.css";
import "./commands/help.css";
import "./connection/connection.css";
import "./launcher/launcher.css";
import "./mixer/mixer.css";
import "./pianoroll/pianoroll.css";
import "./playing/playing.css";
import "./people/people.css";
import { whatIsMissing } from "../../pages/browser_requirements.js";
import { socketAddress } from "../../pages/socket_address.js";
import { tabDevice } from "@prime/client";
import { followTheme } from "../../pages/theme.js";
import { App } from "./app/App.js";
import { askBeforeLeaving } from "./importing/leaving.js";
import { Navigation } from "./app/navigation.js";
import { followMouse } from "./keys/focus_keys.js";
import { Studio } from "./studio.js";

if (whatIsMissing(window) === null) { // else before_start.ts has told it
  followTheme();
  followMouse();
  const studio = new Studio(socketAddress(), await tabDevice());
  Object.assign(globalThis, { prime: { studio } }); // for the browser's console
  askBeforeLeaving(studio.importing, window);
  studio.navigateBy(new Navigation(studio, window));
  render(<App studio={studio} />, document.body);
  document.getElementById("not-started")?.remove(); // from now on the page itself tells what goes wrong
}

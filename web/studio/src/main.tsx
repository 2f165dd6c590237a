/** Starts the studio page. */

import { render } from "preact";

import "../../pages/theme.css";
import "../../pages/controls.css";
import "./app/app.css";
import "./arrangement/arrangement.css";
import "./history/history.css";
import "./inspector/inspector.css";
import "./keys/keys.css";
import "./launcher/launcher.css";
import "./mixer/mixer.css";
import "./pianoroll/pianoroll.css";
import "./playing/playing.css";
import "./people/people.css";
import { socketAddress } from "../../pages/socket_address.js";
import { tabDevice } from "../../pages/tab_device.js";
import { followTheme } from "../../pages/theme.js";
import { App } from "./app/App.js";
import { Navigation } from "./app/navigation.js";
import { whatIsMissing } from "./entry/requirements.js";
import { Studio } from "./studio.js";

followTheme();
const missing = whatIsMissing(window);
if (missing === null) {
  const studio = new Studio(socketAddress(), await tabDevice());
  Object.assign(globalThis, { prime: { studio } }); // for the browser's console
  studio.navigateBy(new Navigation(studio, window));
  render(<App studio={studio} />, document.body);
} else {
  render(<p class="sheet" role="alert">{missing}</p>, document.body);
}

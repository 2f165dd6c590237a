/** Starts the studio page. */

import { render } from "preact";

import "../../pages/theme.css";
import "./app/app.css";
import { followTheme } from "../../pages/theme.js";
import { App } from "./app/App.js";
import { Studio } from "./studio.js";

followTheme();
const url = new URL("/v1", location.href);
url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
render(<App studio={new Studio(url.href)} />, document.body);

// In Node as it is, without a bundler.

import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { connect, newId, WrongUse } from "@prime/client";
import { PrimeProvider, useStatus } from "@prime/client/react";
import * as preact from "@prime/client/preact";

class Silent {}

const client = connect("ws://127.0.0.1:9/v1", { device: newId(), WebSocket: Silent });
const Status = () => useStatus().name;
console.log(client.status.value.name, renderToString(createElement(PrimeProvider, { client: null }, createElement(Status))), typeof preact.useRoom);
try {
  connect("ws://127.0.0.1:9/v1", { device: "", WebSocket: Silent });
} catch (error) {
  console.log(error instanceof WrongUse);
}
process.exit(0);

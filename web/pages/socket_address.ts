/** Where the WebSocket of the host is that this page comes from. */
export function socketAddress(): string {
  const url = new URL("/v1", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

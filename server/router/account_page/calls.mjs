// Calls over the WebSocket of the host that has served the page; nothing here knows of a document.

const WAIT_MS = 20_000;

/** What the server answers with `t: "error"`; `code` "unreachable": nothing was answered. */
export class CallError extends Error {
  constructor(code, message, details = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

const unreachable = () =>
  new CallError("unreachable", "The server does not answer. Try again in a moment.");

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A connection that opens with the first call, and again after it was closed. */
export class Server {
  constructor(url, WebSocketClass = globalThis.WebSocket) {
    this.url = url;
    this.WebSocketClass = WebSocketClass;
    this.waiting = new Map(); // id of a call -> {done, fail, timer}
    this.socket = null; // the one in use, also while it opens
    this.opening = null; // a promise of it
  }

  /** The result of a call; throws CallError. */
  async call(method, params = {}) {
    const socket = await this.open();
    if (socket !== this.socket) throw unreachable(); // it was closed meanwhile
    const id = randomId();
    return new Promise((done, fail) => {
      const timer = setTimeout(() => this.settle(id, { failed: unreachable() }), WAIT_MS);
      this.waiting.set(id, { done, fail, timer });
      socket.send(JSON.stringify({ t: "call", id, method, params }));
    });
  }

  /** Close the connection; a login that it had is forgotten with it. */
  close() {
    this.socket?.close();
    this.gone();
  }

  open() {
    this.opening ??= new Promise((done, fail) => {
      const socket = new this.WebSocketClass(this.url, "prime.v1.json");
      this.socket = socket;
      const timer = setTimeout(() => socket.close(), WAIT_MS);
      socket.onopen = () => {
        const hello = { t: "hello", versions: [1], device: randomId(), client: "account page" };
        socket.send(JSON.stringify(hello));
      };
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.t === "welcome") {
          clearTimeout(timer);
          done(socket);
        } else if (message.t === "reply" || message.t === "error") this.answered(message);
      };
      socket.onclose = () => {
        clearTimeout(timer);
        fail(unreachable());
        if (this.socket === socket) this.gone();
      };
      socket.onerror = () => {};
    });
    return this.opening;
  }

  answered(message) {
    if (message.t === "reply") this.settle(message.id, { result: message.result });
    else {
      const failed = new CallError(message.code, message.message, message.details ?? {});
      this.settle(message.id, { failed });
    }
  }

  settle(id, { result, failed }) {
    const waiter = this.waiting.get(id);
    if (!waiter) return;
    this.waiting.delete(id);
    clearTimeout(waiter.timer);
    if (failed) waiter.fail(failed);
    else waiter.done(result);
  }

  gone() {
    this.opening = null;
    this.socket = null;
    for (const id of [...this.waiting.keys()]) this.settle(id, { failed: unreachable() });
  }
}

const LINKS = ["verify", "reset", "confirm", "invite"];

/** A link that was cut or changed on its way is like one that is used up. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What the address of the page asks for: {name, secret}; a link's secret is in the fragment. */
export function whatIsAsked(hash, search = "") {
  const query = new URLSearchParams(search);
  if (query.has("state")) return { name: "provider", secret: null, query };
  const [name, ...rest] = hash.replace(/^#/, "").split("=");
  const secret = decoded(rest.join("="));
  if (LINKS.includes(name) && secret) return { name, secret };
  if (name === "device") return { name, secret: secret || null };
  return { name: ["forgot", "proof"].includes(name) ? name : "start", secret: null };
}

/** A failure in plain words, and whether a new link would help. */
export function inWords(error, what) {
  const codes = {
    auth_failed: WRONG[what] ?? WRONG.link,
    rate_limited: `That was too often. ${later(error.details?.retry_after_ms)}`,
    unavailable: `The server cannot do that just now. ${later(error.details?.retry_after_ms)}`,
    unreachable: error.message,
  };
  const text = codes[error.code] ?? refused(error);
  return { text, isUsedUp: error.code === "auth_failed" && !["login", "code", "factor"].includes(what) };
}

const WRONG = {
  login: "The address or the password is not right.",
  code: "This code is not right, or it is too old.",
  factor: "This code is not right, or it was used before: take the newest one of the app.",
  device: "No device asks with this code. Look at the device: perhaps it shows a new one by now.",
  link: "This link is not good any more: it was used already, or it is too old.",
};

const RULES = {
  password: "A password has at least 8 characters.",
  email: "An address looks like name@example.org.",
  username: "A username is 2 to 32 characters: letters, digits, _ . and -",
};

/** Of what a field holds: the rule of that field, or the sentence of the server without its names. */
function refused(error) {
  const words = error.message.replace(/ - at `[^`]*`$/, "").replace(/^[a-z_]+: /, "");
  const isRaw = /^(Expected|Object|Invalid) |in the form NFC/.test(words);
  const field = error.details?.field ?? "";
  return sentence(isRaw ? (RULES[field] ?? `This cannot be used as ${field || "an answer"}`) : words);
}

function later(ms) {
  if (!ms) return "Try again in a moment.";
  const seconds = Math.ceil(ms / 1000);
  return seconds < 90
    ? `Try again in ${seconds} seconds.`
    : `Try again in ${Math.ceil(seconds / 60)} minutes.`;
}

function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

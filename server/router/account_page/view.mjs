// What the page shows: one card, replaced by each step. Texts of others are only ever text nodes.

import { CallError, Server, inWords, whatIsAsked } from "./calls.mjs";

const card = document.getElementById("card");
const scheme = location.protocol === "https:" ? "wss" : "ws";
const server = new Server(`${scheme}://${location.host}/v1`);
const KEPT = "prime-login-by-provider"; // in sessionStorage, while the browser is at the provider

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const text = (words, kind = null) => element("p", { class: kind }, words);

function show(title, ...children) {
  document.title = title;
  const heading = element("h1", { tabindex: "-1" }, title);
  card.replaceChildren(heading, ...children.filter((child) => child !== null));
  heading.focus();
}

let names = 0;

function field(label, attributes) {
  const id = `field-${(names += 1)}`;
  const input = element("input", { id, required: true, ...attributes });
  return { input, parts: [element("label", { for: id }, label), input] };
}

const emailField = (label = "Your e-mail address") =>
  field(label, { type: "email", autocomplete: "username", inputmode: "email", maxlength: 254 });

const codeField = (label, attributes = {}) =>
  field(label, {
    class: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 16,
    autocapitalize: "characters", spellcheck: "false", ...attributes,
  });

function passwordField(label, autocomplete) {
  const made = field(label, { type: "password", autocomplete, maxlength: 1024 });
  const id = `field-${(names += 1)}`;
  const box = element("input", {
    id, type: "checkbox", onchange: () => (made.input.type = box.checked ? "text" : "password"),
  });
  const shown = element("label", { for: id, class: "check" }, box, "Show the password");
  return { input: made.input, parts: [...made.parts, shown] };
}

/** A form that calls `send` once at a time; what fails is said in it, and read out. */
function form(what, fields, words, send, ...below) {
  const said = element("p", { role: "alert", class: "bad" });
  const button = element("button", { type: "submit" }, words);
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = "";
    try {
      await send(...fields.map(({ input }) => input.value));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const { text: reason, isUsedUp } = inWords(error, what);
      if (isUsedUp && AGAIN[what]) AGAIN[what](reason);
      else said.textContent = reason;
    } finally {
      button.disabled = false;
    }
  };
  const parts = fields.flatMap(({ parts }) => parts);
  return element("form", { onsubmit: submit }, ...parts, said, button, ...below);
}

const link = (words, step) => element("button", { type: "button", class: "plain", onclick: step }, words);

const AGAIN = {
  verify: (reason) =>
    show("This link is used up", text(reason, "bad"), text("If your address is not proved yet, get a new mail."), link("Get a new mail", proof), link("Home", start)),
  reset: (reason) =>
    show("This link is used up", text(reason, "bad"), text("If you still need a new password, get a new mail."), link("Get a new mail", forgot), link("Home", start)),
  confirm: (reason) =>
    show("This link is used up", text(reason, "bad"), text("If your account still has the old address, change it in your music program once more."), link("Home", start)),
  invite: (reason) =>
    show("This invitation is used up", text(reason, "bad"), text("Ask whoever invited you for a new one."), link("Home", start)),
};

function start() {
  show(
    "Your account",
    text("What do you want to do?"),
    link("Set a new password", forgot),
    link("Prove your address", proof),
    link("Let in a device that shows a code", () => device(null)),
  );
}

function verify(token) {
  const password = givenPassword();
  show(
    "Is this your address?",
    ...PROOF_WORDS.map((words) => text(words)),
    form("verify", [password], "Yes, this is my address", (value) => prove({ token }, value)),
  );
}

const PROOF_WORDS = [
  "Somebody made an account here with your address. If it was you, give the password that you have set: all stays as it is.",
  "If it was not you, leave it empty: then the account is yours, and the password and logins of whoever made it end.",
];

function givenPassword() {
  const made = passwordField("Password of the account, if you made it", "current-password");
  made.input.required = false;
  return made;
}

async function prove(secret, password) {
  try {
    await server.call("auth.verify", password ? { ...secret, password } : secret);
  } catch (error) {
    if (!password || error.code !== "auth_failed") throw error;
    throw new CallError("validation", "The password is not right, or the mail is too old.");
  }
  if (password) done("Your address is proved", "You can go on in your music program.");
  else {
    done("Your address is proved", "Set a password now, unless you log in by a provider.");
    card.append(link("Set a new password", forgot));
  }
}

function confirm(token) {
  show(
    "Use the new address?",
    text("From now on mails to your account go to the address that this mail came to."),
    form("confirm", [], "Yes, use this address", async () => {
      await server.call("auth.confirm_email", { token });
      done("Your address is changed", "Log in with the new address from now on.");
    }),
  );
}

const PASSWORD_NOTE = "At least 8 characters. Several words that have nothing to do with each other are good; your programs may have to log in anew.";

function reset(token) {
  const password = passwordField("New password", "new-password");
  show(
    "Set a new password",
    text(PASSWORD_NOTE, "note"),
    form("reset", [password], "Set this password", async (value) => {
      await server.call("auth.reset_password", { token, password: value });
      passwordIsSet();
    }),
  );
}

const passwordIsSet = () =>
  done("Your password is set", "All logins of your account have ended: log in again in your music program.");

function forgot() {
  const email = emailField();
  show(
    "Set a new password",
    text("You get a mail with a link and a code."),
    form("mail", [email], "Send the mail", async (value) => {
      await server.call("auth.request_reset", { email: value });
      forgotCode(value);
    }, link("Back", start)),
  );
}

function forgotCode(email) {
  const code = codeField("Code of the mail");
  const password = passwordField("New password", "new-password");
  show(
    "Look into your mail",
    text(`If ${email} has an account here, a mail is on its way. Open its link, or type its code:`),
    form("code", [code, password], "Set this password", async (digits, value) => {
      await server.call("auth.reset_password", { email, code: digits, password: value });
      passwordIsSet();
    }, text("No mail? Look among unwanted mails, then ask for another one.", "note"), link("Ask again", forgot)),
  );
}

function proof() {
  const email = emailField();
  show(
    "Prove your address",
    text("You get a mail with a link and a code."),
    form("mail", [email], "Send the mail", async (value) => {
      await server.call("auth.send_verification", { email: value });
      proofCode(value);
    }, link("Back", start)),
  );
}

function proofCode(email) {
  show(
    "Look into your mail",
    text(`If ${email} has an account here that is not proved yet, a mail is on its way. Open its link, or type its code:`),
    ...PROOF_WORDS.map((words) => text(words)),
    form("code", [codeField("Code of the mail"), givenPassword()], "This is my address", (code, value) =>
      prove({ email, code }, value), link("Ask again", proof)),
  );
}

/** Log in, then go on with `then`; `asked` is what the page was opened for. */
async function login(title, words, asked, then) {
  const email = emailField();
  const password = passwordField("Password", "current-password");
  show(
    title,
    ...words.map((each) => text(each)),
    form("login", [email, password], "Log in", async (address, value) => {
      try {
        await loggedIn(() => server.call("auth.login", { email: address, password: value }), then);
      } catch (error) {
        if (error.code !== "address_unverified") throw error;
        proofCode(address);
      }
    }),
    ...(await providerButtons(asked)),
    asked.name === "invite" ? link("I have no account yet", () => register(asked)) : null,
    link("I forgot my password", forgot),
  );
}

async function loggedIn(attempt, then) {
  try {
    await attempt();
  } catch (error) {
    const next = { second_factor_required: secondFactor, second_factor_missing: setUpFactor }[error.code];
    if (!next) throw error;
    await next(error.details.challenge, then);
    return;
  }
  await then();
}

function secondFactor(challenge, then) {
  const code = codeField("Code of your authenticator app, or a recovery code", { maxlength: 32, inputmode: "text" });
  show(
    "One more step",
    form("code", [code], "Go on", async (digits) => {
      await server.call("auth.second_factor", { challenge, code: digits });
      await then();
    }),
  );
}

/** This server asks everyone for a second factor, and this account has none yet. */
async function setUpFactor(challenge, then) {
  const { secret, uri } = await server.call("auth.totp_begin", { challenge });
  const code = codeField("Code that the app shows now");
  show(
    "Set up a second factor",
    text("This server asks everyone for one. Add this account to your authenticator app: open the link on the device that has the app, or type the key."),
    element("p", {}, element("a", { href: uri }, "Open in the authenticator app")),
    element("p", {}, "Key: ", element("code", {}, secret)),
    form("factor", [code], "Go on", async (digits) => {
      const { recovery_codes } = await server.call("auth.totp_confirm", { challenge, code: digits });
      show(
        "Keep your recovery codes",
        text("Each stands in for the app once. They are shown only now: write them down."),
        element("pre", {}, recovery_codes.join("\n")),
        form("login", [], "I have kept them, go on", then),
      );
    }),
  );
}

/** Make an account by an invitation: it brings its owner into the project at once. */
function register(asked) {
  const email = emailField();
  const username = field("Username", { autocomplete: "nickname", minlength: 2, maxlength: 32, pattern: "[A-Za-z0-9_.\\-]+", spellcheck: "false" });
  const password = passwordField("Password", "new-password");
  show(
    "Make an account",
    text("Others find you by your username: letters, digits, _ . and -", "note"),
    form("invite", [email, username, password], "Make the account", async (address, name, value) => {
      const params = { email: address, username: name, password: value, invitation: asked.secret };
      const isIn = () => {
        logOutWith();
        done("You are in", "Log in with your music program: the project is there.");
      };
      try {
        await loggedIn(() => server.call("auth.register", params), isIn);
      } catch (error) {
        if (error.code !== "address_unverified") throw error;
        proofCode(address);
      }
    }, link("I have an account", () => open(asked))),
  );
}

async function providerButtons(asked) {
  let providers = [];
  try {
    ({ providers } = await server.call("auth.providers"));
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
  }
  return providers.map(({ name, label }) =>
    form("login", [], `Go on with ${label}`, async () => {
      const redirect_uri = `${location.origin}/account`;
      const { flow, url } = await server.call("auth.provider_begin", { provider: name, redirect_uri });
      sessionStorage.setItem(KEPT, JSON.stringify({ flow, asked }));
      location.assign(url);
    }),
  );
}

/** The browser is back from a provider: log in with what it brings, and go on. */
async function provider(query) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  history.replaceState(null, "", "/account");
  const code = query.get("code");
  if (!kept || !code) {
    show("Not logged in", text("The login did not end well. Begin again where you came from.", "bad"), link("Home", start));
    return;
  }
  show("One moment");
  const params = { flow: kept.flow, state: query.get("state"), code };
  if (query.has("iss")) params.iss = query.get("iss");
  if (kept.asked.name === "invite") params.invitation = kept.asked.secret; // of who is new here
  const goOn = async () => {
    if (kept.asked.project && (await isMember(kept.asked.project))) youAreIn(kept.asked.title);
    else await open(kept.asked, true);
  };
  try {
    await loggedIn(() => server.call("auth.provider_finish", params), goOn);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const reason = error.code === "auth_failed" ? "The login did not end well." : inWords(error, "login").text;
    show("Not logged in", text(reason, "bad"), link("Try again", () => open(kept.asked)));
  }
}

async function isMember(project) {
  try {
    await server.call("projects.get", { project });
    return true;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return false;
  }
}

function youAreIn(title) {
  logOutWith();
  done("You are in", `Open “${title}” in your music program.`);
}

async function invite(asked, isLoggedIn = false) {
  const token = asked.secret;
  show("One moment");
  let shown;
  try {
    shown = await server.call("invitations.look", { token });
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    AGAIN.invite(inWords(error, "link").text);
    return;
  }
  const who = shown.inviter.name || shown.inviter.username;
  const role = /^[aeio]/.test(shown.role) ? `an ${shown.role}` : `a ${shown.role}`;
  const words = [`${who} invites you to work on “${shown.name}”, as ${role}.`];
  if (shown.is_for_address) words.push("It is for the account with the address that the mail came to.");
  const accept = () =>
    show(
      "Come in?",
      ...words.map((each) => text(each)),
      form("invite", [], "Accept the invitation", async () => {
        await server.call("invitations.accept", { token });
        youAreIn(shown.name);
      }),
    );
  if (isLoggedIn) accept();
  else {
    const kept = { ...asked, project: shown.project, title: shown.name };
    await login("You are invited", [...words, "Log in to accept."], kept, accept);
  }
}

async function device(userCode, isLoggedIn = false) {
  const asked = { name: "device", secret: userCode };
  if (!isLoggedIn) {
    const words = ["A device wants to use your account. Log in here first, then you see which one it is."];
    await login("Let in a device", words, asked, () => device(userCode, true));
    return;
  }
  const code = codeField("Code that the device shows", { inputmode: "text", maxlength: 32, autocomplete: "off" });
  if (userCode) code.input.value = userCode;
  show(
    "Which code does it show?",
    text("Type the code only if the device is yours and you began this yourself.", "note"),
    form("device", [code], "Go on", async (typed) => approve(typed, await server.call("auth.device_look", { user_code: typed }))),
  );
}

function approve(userCode, asking) {
  const where = asking.same_network
    ? `It asks from the network that you are in (${asking.network}).`
    : `It asks from another network than yours: ${asking.network}. If you did not expect that, say no.`;
  const decide = (method, title, words) => async () => {
    await server.call(method, { user_code: userCode });
    done(title, words);
    logOutWith(60_000); // the device has its tokens by then
  };
  const deny = form("device", [], "No, turn it away", decide("auth.device_deny", "It was turned away", "If somebody sent you that code, tell nobody another one."));
  deny.querySelector("button").className = "plain";
  show(
    "Let this device in?",
    text(asking.name || asking.device || "A device without a name", "good"),
    text(where, asking.same_network ? null : "bad"),
    text("It can then do all that you can do.", "note"),
    form("device", [], "Yes, let it in", decide("auth.device_approve", "The device is let in", "It goes on by itself. You can close this page.")),
    deny,
  );
}

/** What this page logged in for is done: no login stays behind, also if the tab is closed sooner. */
function logOutWith(after = 0) {
  const leave = () => server.call("auth.logout").catch(() => {});
  if (after) setTimeout(leave, after);
  else leave();
  window.addEventListener("pagehide", leave, { once: true });
}

function done(title, words) {
  history.replaceState(null, "", "/account");
  show(title, text(words, "good"));
}

async function open(asked, isLoggedIn = false) {
  const steps = { verify, confirm, reset, forgot, proof, start, device };
  if (asked.name === "provider") await provider(asked.query);
  else if (asked.name === "invite") await invite(asked, isLoggedIn);
  else await steps[asked.name](asked.secret, isLoggedIn);
}

const openAsked = () => open(whatIsAsked(location.hash, location.search));
window.addEventListener("hashchange", openAsked);
openAsked();

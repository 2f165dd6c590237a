// A certified OpenID provider on a port of its own; prints its issuer once it listens.
// Whoever `login_hint` names is logged in at once: the browser of a test fills in no forms.
import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.PRIME_PACKAGES}/`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const ACCOUNTS = {
  ann: { email: "ann@example.org", email_verified: true, name: "Ann", preferred_username: "ann" },
  ben: { email: "ben@example.org", email_verified: true, name: "Ben", preferred_username: "ann" },
  unproved: { email: "ann@example.org", email_verified: false },
};

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "prime",
        client_secret: "a secret: of tests/+?",
        application_type: "native",
        redirect_uris: ["http://127.0.0.1/callback", "http://127.0.0.1/account"],
      },
    ],
    claims: { email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
    cookies: { keys: ["tests"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...ACCOUNTS[id] }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const { clientId } = oidc.client;
      const grant = new provider.Grant({ clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
  });
  const callback = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return callback(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const login = { accountId: params.login_hint };
    await provider.interactionFinished(request, response, { login, consent: {} });
  });
  console.log(issuer);
});

"""What a login by a provider has of secrets, with right ones and wrong ones, on two nodes."""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from loadtest.attack.raw_client import RawClient
from tests.attacks.account_life import Life
from tests.attacks.canaries import Canaries
from tests.attacks.kinds_of_secrets import (
    FROM_A_PROVIDER,
    NONE_TO_A_PROVIDER,
    TO_A_PROVIDER,
    of_call,
)
from tests.server.accounts.providers.made_up import CLIENT, Answer, Asked, MadeUp

BACK = "http://127.0.0.1:53211/callback"


def settings(issuer: str, canaries: Canaries) -> dict[str, str]:
    """Of two providers at one address: one with a secret that it gave, one as Apple."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for line in pem.splitlines()[1:-1]:
        canaries.add("private key", line)
    return {
        "PRIME_PROVIDERS": "studio,apple",
        "PRIME_PROVIDER_STUDIO_ISSUER": issuer,
        "PRIME_PROVIDER_STUDIO_CLIENT_ID": CLIENT,
        "PRIME_PROVIDER_STUDIO_CLIENT_SECRET": canaries.new("client secret"),
        "PRIME_PROVIDER_APPLE_ISSUER": issuer,
        "PRIME_PROVIDER_APPLE_CLIENT_ID": CLIENT,
        "PRIME_PROVIDER_APPLE_TEAM_ID": "1A2B3C4D5E",
        "PRIME_PROVIDER_APPLE_KEY_ID": "5E4D3C2B1A",
        "PRIME_PROVIDER_APPLE_PRIVATE_KEY": pem,
    }


class ProviderLife:
    """Logins of one person by a provider that says what it was told, also where it refuses."""

    def __init__(self, life: Life, made: MadeUp) -> None:
        self._life = life
        self._made = made
        self._refuses = 0
        """With this status; 0: it trades the code."""
        made.answers["/token"] = self._trade
        made.claims = {"sub": life.email, "email": f"at-provider-{life.email}"}

    async def run(self) -> None:
        """By both kinds, and the same identity linked to an account with a password."""
        for name in ("studio", "apple"):
            await self._is_down(name)
            await self._log_in(name)
            await self._is_refused(name)
        await self._link()

    async def _log_in(self, name: str) -> None:
        """Once: the second time it is nothing any more, on whatever node."""
        begun = await self._begin(await self._life.guest(), "auth.provider_begin", name)
        words = self._words(begun)
        tokens = await self._life.right(await self._life.guest(1), "auth.provider_finish", **words)
        self._life.canaries.add_tokens(tokens)
        await self._life.wrong(await self._life.guest(), "auth.provider_finish", **words)

    async def _is_down(self, name: str) -> None:
        """It is said which one, and its own words are nobody's to know."""
        guest = await self._life.guest()
        words = self._words(await self._begin(guest, "auth.provider_begin", name))
        self._refuses = 503
        await self._life.wrong(guest, "auth.provider_finish", **words)
        self._refuses = 0

    async def _is_refused(self, name: str) -> None:
        """The code, the state, and an ID token of another login."""
        guest = await self._life.guest(1)
        words = self._words(await self._begin(guest, "auth.provider_begin", name))
        self._refuses = 400
        await self._life.wrong(guest, "auth.provider_finish", **words)
        self._refuses = 0
        words = self._words(await self._begin(guest, "auth.provider_begin", name))
        other = words | {"state": self._life.canaries.new("state")}
        await self._life.wrong(guest, "auth.provider_finish", **other)
        self._made.nonce = self._life.canaries.new("nonce")
        await self._life.wrong(guest, "auth.provider_finish", **words)

    async def _link(self) -> None:
        ann = await self._life.logged_in()
        self._made.claims["sub"] = f"another-{self._life.email}"
        words = self._words(await self._begin(ann, "auth.link_begin", "studio"))
        linked = await self._life.right(ann, "auth.link_finish", **words)
        await self._life.right(ann, "auth.unlink", identity=linked["id"])

    async def _begin(self, wire: RawClient, method: str, name: str) -> dict[str, Any]:
        begun: dict[str, Any] = await self._life.right(
            wire, method, provider=name, redirect_uri=BACK
        )
        for key in ("flow", "state", "url"):
            kind = of_call(method, key)
            assert kind is not None
            self._life.canaries.add(kind, begun[key])
        asked = {key: each[0] for key, each in parse_qs(urlsplit(begun["url"]).query).items()}
        self._note(asked)
        self._made.nonce = asked["nonce"]
        return begun

    def _words(self, begun: dict[str, Any]) -> dict[str, str]:
        code = self._life.canaries.new("authorization code")
        return {"flow": begun["flow"], "state": begun["state"], "code": code}

    def _trade(self, asked: Asked) -> Answer:
        self._note(asked.form)
        if self._refuses:
            told = {"error": "invalid_grant", "error_description": " ".join(asked.form.values())}
            return Answer(told, status=self._refuses)
        traded = {"access_token": secrets.token_urlsafe(24), "id_token": self._made.id_token()}
        for name, value in traded.items():
            self._life.canaries.add(FROM_A_PROVIDER[name], value)
        return Answer(traded)

    def _note(self, said: dict[str, str]) -> None:
        for name, value in said.items():
            if name not in NONE_TO_A_PROVIDER:
                self._life.canaries.add(TO_A_PROVIDER[name], value)

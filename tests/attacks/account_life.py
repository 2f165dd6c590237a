"""Everything that an account can do, with right secrets and wrong ones, on two nodes."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pyotp

from loadtest.attack.raw_client import RawClient
from tests.attacks.canaries import Canaries
from tests.server.accounts.mail.smtp_servers import Received
from tests.server.conftest import eventually

TOKEN_IN_MAIL = re.compile(r"#(?:[a-z_]+)=([\w-]{20,})")
CODE_IN_MAIL = re.compile(r"^\s+(\d{6})\s*$", re.MULTILINE)
"""On a line of its own: a name or a token may have six digits in a row, too."""


@dataclass
class Life:
    """`urls`: of two nodes. `mails`: what they have sent."""

    urls: tuple[str, str]
    mails: Received
    canaries: Canaries
    errors: list[dict[str, Any]] = field(default_factory=list)
    """What was answered to what was wrong."""
    email: str = f"ann-{secrets.token_hex(4)}@example.org"
    password: str = ""
    wires: list[RawClient] = field(default_factory=list)
    """All connections, until `leave`."""

    def leave(self) -> None:
        """End them."""
        for wire in self.wires:
            wire.cut()

    def secret(self, name: str) -> str:
        """A new one."""
        return self.canaries.add(name, f"canary {secrets.token_hex(12)}")

    async def guest(self, node: int = 0, token: str | None = None) -> RawClient:
        """A connection; `token`: of who is logged in."""
        wire = await RawClient.open(self.urls[node])
        self.wires.append(wire)
        await wire.hello(token)
        return wire

    async def logged_in(self, node: int = 0) -> RawClient:
        """Ann, by her password."""
        ann = await self.guest(node)
        login = {"email": self.email, "password": self.password}
        self.canaries.add_tokens(await self.right(ann, "auth.login", **login))
        return ann

    async def right(self, wire: RawClient, method: str, **params: Any) -> Any:
        """The result of a call that succeeds."""
        answer = await wire.call(method, params)
        assert answer["t"] == "reply", (method, answer)
        return answer["result"]

    async def wrong(self, wire: RawClient, method: str, **params: Any) -> dict[str, Any]:
        """The error of one that must not."""
        answer = await wire.call(method, params)
        assert answer["t"] == "error", (method, answer)
        self.errors.append(answer)
        return answer

    async def mailed(self, purpose: str) -> tuple[str, str]:
        """Token and code of the mail with a link for this."""

        async def came() -> str:
            texts = [_text_of(message) for message in self.mails.messages]
            return next((text for text in texts if f"#{purpose}=" in text), "")

        text = await eventually(came, within=30.0)
        token = self.canaries.add("one-time token", _only(TOKEN_IN_MAIL, text))
        return token, self.canaries.add("one-time code", _only(CODE_IN_MAIL, text))

    async def passwords(self) -> RawClient:
        """Made, refused, logged in, changed; ann's connection."""
        self.password = self.secret("password")
        ann, name = await self.guest(), self.email.partition("@")[0]
        params = {"email": self.email, "username": name, "password": self.password}
        self.canaries.add_tokens(await self.right(ann, "auth.register", **params))
        await self.wrong(await self.guest(1), "auth.register", **params)
        wrong = self.secret("wrong password")
        for email in (self.email, "nobody@example.org"):
            await self.wrong(await self.guest(1), "auth.login", email=email, password=wrong)
        guest = await self.guest()
        odd = {"email": self.email, wrong: wrong}
        assert (await guest.call("auth.login", odd))["t"] == "error"  # it is told its own words
        new = self.secret("password")
        await self.wrong(ann, "auth.change_password", password=wrong, new_password=new)
        await self.right(ann, "auth.change_password", password=self.password, new_password=new)
        self.password = new
        return ann

    async def tokens(self) -> None:
        """Logged in, refreshed, reused, forged, ended."""
        guest = await self.guest()
        login = {"email": self.email, "password": self.password}
        tokens = self.canaries.add_tokens(await self.right(guest, "auth.login", **login))
        for _ in range(2):
            tokens = self.canaries.add_tokens(
                await self.right(guest, "auth.refresh", refresh_token=tokens["refresh_token"])
            )
        for forged in (self.secret("forged token"), str(tokens["access_token"]), "x"):
            other = await self.guest(1)
            await self.wrong(other, "auth.refresh", refresh_token=forged)
            async with await RawClient.open(self.urls[1]) as stranger:
                self.errors.append(await stranger.hello(forged[:-2] + "xx"))
        address = f"{self.urls[0]}?token={self.secret('token in an address').replace(' ', '-')}"
        async with await RawClient.open(address) as wire:
            await wire.hello()
        await self.right(guest, "auth.logout")

    async def mail(self, ann: RawClient) -> None:
        """The address proved, the password reset, by link and by code."""
        await self.right(ann, "auth.request_reset", email=self.email)
        _, code = await self.mailed("reset")
        guest, new = await self.guest(1), self.secret("password")
        wrong = {"email": self.email, "password": new}
        await self.wrong(guest, "auth.reset_password", token=self.secret("wrong"), password=new)
        await self.wrong(guest, "auth.reset_password", code="000000", **wrong)
        await self.right(guest, "auth.reset_password", code=code, **wrong)
        await self.wrong(guest, "auth.reset_password", code=code, **wrong)
        self.password = new

    async def second_factor(self) -> None:
        """Set up, asked for, given wrongly, by a recovery code, taken off."""
        login = {"email": self.email, "password": self.password}
        ann = await self.logged_in()
        begun = await self.right(ann, "auth.totp_begin")
        app = pyotp.TOTP(self.canaries.add("TOTP secret", begun["secret"]))
        code = self.canaries.add("code of an app", app.now())
        confirmed = await self.right(ann, "auth.totp_confirm", code=code)
        for code in confirmed["recovery_codes"]:
            self.canaries.add("recovery code", code)
        guest = await self.guest(1)
        told = await self.wrong(guest, "auth.login", **login)
        challenge = self.canaries.add("challenge", told["details"]["challenge"])
        self.errors.remove(told)  # it is told to whom it is for
        await self.wrong(guest, "auth.second_factor", challenge=challenge, code="000000")
        used = confirmed["recovery_codes"][0]
        self.canaries.add_tokens(
            await self.right(guest, "auth.second_factor", challenge=challenge, code=used)
        )
        await self.right(guest, "auth.totp_disable", code=confirmed["recovery_codes"][1])

    async def devices(self) -> None:
        """A device without a browser, let in; and codes that are none."""
        ann, device = await self.logged_in(), await self.guest(1)
        codes = await self.right(device, "auth.device_begin")
        device_code = self.canaries.add("device code", codes["device_code"])
        user_code = self.canaries.add("user code", codes["user_code"])
        await self.wrong(device, "auth.device_poll", device_code=self.secret("device code"))
        await self.right(ann, "auth.device_look", user_code=user_code)
        await self.right(ann, "auth.device_approve", user_code=user_code)
        polled = await self.right(device, "auth.device_poll", device_code=device_code)
        if polled["tokens"] is not None:
            self.canaries.add_tokens(polled["tokens"])

    async def invitations(self) -> None:
        """Made by link, looked at, accepted, refused."""
        ann, ben = await self.logged_in(), await self.guest(1)
        name = f"ben{secrets.token_hex(4)}"
        params = {"email": f"{name}@example.org", "username": name}
        params["password"] = self.secret("password")
        self.canaries.add_tokens(await self.right(ben, "auth.register", **params))
        project = (await self.right(ann, "projects.create", name="shared"))["id"]
        asked = {"project": project, "role": "viewer"}
        made = await self.right(ann, "invitations.create", **asked)
        token = self.canaries.add("invitation token", made["token"])
        await self.wrong(ben, "invitations.accept", token=self.secret("invitation token"))
        await self.right(ben, "invitations.look", token=token)
        await self.right(ben, "invitations.accept", token=token)

    def parts(self) -> list[Callable[[], Any]]:
        """What follows the first, in order."""
        return [self.tokens, self.second_factor, self.devices, self.invitations]


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _only(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found is not None, text
    return "".join(found.groups())

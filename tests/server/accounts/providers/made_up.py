"""A provider that a test makes up, on a port of its own: it says whatever the test wants."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT = "prime"
KEY = ECKey.generate_key("P-256", {"kid": "first", "use": "sig"})


@dataclass
class Answer:
    """What a path is answered."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Instead of JSON."""


@dataclass
class Asked:
    """A request that came."""

    path: str
    headers: dict[str, str]
    form: dict[str, str]


class MadeUp:
    """`answers`: path -> answer, or a function of what was asked."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.answers: dict[str, Answer | Callable[[Asked], Answer]] = {}
        self.asked: list[Asked] = []
        self.claims: dict[str, Any] = {}
        """What the ID token says beside, or instead of, what it should."""
        self.key: Any = KEY
        self.algorithm = "ES256"
        self.nonce = ""
        """That of the login under way."""
        self.be_openid()

    def be_openid(self) -> None:
        """Answer as an OpenID provider."""
        self.answers |= {
            "/.well-known/openid-configuration": Answer(self.metadata()),
            "/jwks": Answer(KeySet([KEY]).as_dict()),
            "/token": lambda _: Answer({"access_token": "at", "id_token": self.id_token()}),
        }

    def metadata(self, **others: Any) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        } | others

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "ann",
            "exp": now + 60,
            "iat": now,
            "nonce": self.nonce,
            "email": "ann@example.org",
            "email_verified": True,
        } | self.claims
        told = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid or "first"}
        return jwt.encode(header, told, self.key, algorithms=[self.algorithm])

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answer = self.answers.get(asked.path, Answer(status=404))
        return answer if isinstance(answer, Answer) else answer(asked)


@contextmanager
def made_up() -> Iterator[MadeUp]:
    """One that listens."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = {
                key: value[0] for key, value in parse_qs(self.rfile.read(length).decode()).items()
            }
            headers = {key.lower(): value for key, value in self.headers.items()}
            answer = provider.answer(Asked(self.path, headers, form))
            data = json.dumps(answer.body).encode() if answer.raw is None else answer.raw
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = MadeUp(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

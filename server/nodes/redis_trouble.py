"""What the server of REDIS_URL says where it does not do as a bus, with what helps."""

from machine.children.child_process import helped
from schema.text.one_line import said_by

HELPS = (
    ("Authentication required", "it has a password: REDIS_URL=redis://:PASSWORD@HOST:PORT/0"),
    (
        "invalid username-password pair",
        "correct the user or the password in REDIS_URL (special characters percent-encoded)",
    ),
    ("without any password configured", "it has no password: leave it out of REDIS_URL"),
    ("DB index is out of range", "it has no database of that number: use REDIS_URL=.../0"),
    (
        "no permissions",
        "its ACL does not allow what a node does: docs/operating/redis.md has the line",
    ),
    (
        "max number of clients",
        "raise maxclients of that server, or find who has connected so often",
    ),
    (
        "CERTIFICATE_VERIFY_FAILED",
        "name the CA in REDIS_URL: ?ssl_ca_certs=/path/ca.pem; or correct the host",
    ),
    ("SSL", "it does not speak TLS there: use redis://, or its port for TLS"),
    (
        "unknown command",
        "it is older than Redis 7 or Valkey 7.2, or a proxy: name a newer server itself",
    ),
    ("LOADING", "wait until it has read its data"),
    ("Connection refused", "nothing listens there: start it, or correct the port in REDIS_URL"),
    ("Connect call failed", "nothing listens there: start it, or correct the port in REDIS_URL"),
    ("Error 111", "nothing listens there: start it, or correct the port in REDIS_URL"),
    ("not known", "correct the host in REDIS_URL"),
    ("No such file", "correct the path of the socket in REDIS_URL"),
    ("Permission denied", "give this user the right to that socket"),
    (
        "Timeout connecting",
        "is its port right, and does it speak TLS? rediss:// is with TLS, redis:// without",
    ),
    (
        "Connection reset",
        "is it Redis or Valkey, and does it speak TLS? rediss:// is with TLS, redis:// without",
    ),
    (
        "Connection closed by server",
        "is it Redis or Valkey, and does it speak TLS? rediss:// is with TLS, redis:// without",
    ),
    ("Protocol error", "that is neither Redis nor Valkey: correct the port in REDIS_URL"),
    ("must not", "that is neither Redis nor Valkey: correct the port in REDIS_URL"),
)
"""Part of what is said, by redis-py or the server -> what helps; the first that is in it."""


def in_words(error: BaseException) -> str:
    """The trouble on one line, and what helps."""
    return helped(said_by(error), HELPS)

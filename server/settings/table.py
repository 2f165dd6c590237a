"""The table of settings: every one there is, in the order in which the page tells them.

Prime is told nothing elsewhere but what a command works on, and how it answers (its own options).
"""

from collections.abc import Mapping

from server.accounts.mail.mail_settings import public_url, sender, smtp_server
from server.accounts.providers.provider_settings import provider_names
from server.accounts.use_limits import Limits
from server.health.log import LEVELS
from server.loop.loop_load import CORE_SHARE
from server.settings import parsing
from server.settings.setting import Setting

SWITCH = "1, true, yes, on or 0, false, no, off"

DAYS = "a number of days from 1 to 36500"

DATABASE_URL = "postgresql://user:password@host:5432/name"


def _connections(variable: str, least: int, default: int, work: str) -> Setting:
    """`least` three for appends: two serve the projects that are set aside."""
    lane = variable.removeprefix("PRIME_DB_").lower()
    return Setting(
        f"lanes.{lane}",
        variable,
        parsing.whole_number(least, 100),
        f"a number of connections from {least} to 100",
        str(default),
        f"connections to PostgreSQL for {work}, at most",
        default=str(default),
        key=f"db.{lane}",
    )


SETTINGS = (
    Setting(
        "host",
        "PRIME_HOST",
        parsing.address,
        "an address of this machine, or a name of one",
        "127.0.0.1",
        "address to listen on; `0.0.0.0` behind a load balancer on another machine",
        default="127.0.0.1",
        option="--host",
    ),
    Setting(
        "port",
        "PRIME_PORT",
        parsing.whole_number(0, 65_535),
        "a whole number from 0 to 65535",
        "8787",
        "port to listen on; 0: any that is free",
        default="8787",
        option="--port",
    ),
    Setting(
        "behind_proxy",
        "PRIME_BEHIND_PROXY",
        parsing.switch,
        SWITCH,
        "on",
        "others reach `--host` only through a proxy with TLS",
        default="off",
        option="--behind-proxy",
        is_switch=True,
    ),
    Setting(
        "data",
        "PRIME_DATA",
        parsing.directory,
        "a directory",
        "/var/lib/prime",
        "directory of the embedded PostgreSQL and Valkey; not used when both URLs are set",
        default=".data",
        option="--data",
    ),
    Setting(
        "database_url",
        "DATABASE_URL",
        parsing.database_url,
        "a database URL",
        DATABASE_URL,
        "where PostgreSQL is",
        default_in_words="an embedded PostgreSQL",
        is_secret=True,
    ),
    Setting(
        "caller_database_url",
        "PRIME_CALLER_DATABASE_URL",
        parsing.database_url,
        "a database URL",
        DATABASE_URL,
        "the same database with a login of `prime_caller`, for what users ask for",
        default_in_words="`DATABASE_URL`",
        is_secret=True,
    ),
    Setting(
        "redis_url",
        "REDIS_URL",
        parsing.redis_url,
        "a URL that begins with redis://, rediss:// or unix://, or empty",
        "redis://127.0.0.1:6379/0",
        "where Redis or Valkey is; set but empty: no bus, a single node",
        default_in_words="an embedded Valkey",
        is_secret=True,
        may_be_empty=True,
    ),
    Setting(
        "secret",
        "PRIME_SECRET",
        parsing.secret,
        "a text of at least 32 characters",
        "what openssl rand -hex 32 prints",
        "the same on every node; signs what nodes say to each other",
        default_in_words="made once, kept in the table `server_secrets`",
        is_secret=True,
    ),
    Setting(
        "secret_next",
        "PRIME_SECRET_NEXT",
        parsing.secret,
        "a text of at least 32 characters",
        "what openssl rand -hex 32 prints",
        "the secret that comes: believed already, in the first step of a change",
        is_secret=True,
    ),
    Setting(
        "secret_before",
        "PRIME_SECRET_BEFORE",
        parsing.secret,
        "a text of at least 32 characters",
        "what openssl rand -hex 32 prints",
        "the secret of before: still believed, in the second step of a change",
        is_secret=True,
    ),
    Setting(
        "origins",
        "PRIME_ORIGINS",
        parsing.origins,
        "web origins with commas between them",
        "https://studio.example.com,https://other.example:8443",
        "web origins that may connect; clients that send none always may",
        default="",
        default_in_words="any",
    ),
    Setting(
        "proxies",
        "PRIME_PROXIES",
        parsing.networks,
        "addresses or networks with commas between them",
        "10.0.0.0/8,fd00::/8",
        "of the load balancers: only their `X-Forwarded-For` is believed",
        default="",
        default_in_words="none",
    ),
    Setting(
        "limits",
        "PRIME_LIMITS",
        Limits.read,
        "like name=number,name=number with numbers from 0 (no bound) to 1e9",
        "sockets_per_address=5000,seats_per_user=0",
        "how much an address or a user may have",
        default="",
        default_in_words="as below",
    ),
    Setting(
        "registration",
        "PRIME_REGISTRATION",
        parsing.one_of("closed", "open"),
        "open or closed",
        "closed",
        "`closed`: only who is invited makes an account; others are made by `./run users`",
        default="open",
    ),
    Setting(
        "providers.names",
        "PRIME_PROVIDERS",
        provider_names,
        "names of a-z, 0-9 and _ with commas between them, each once",
        "google,github,studio",
        "by whom one can log in beside the password; each has variables of its own",
        default="",
        default_in_words="none",
    ),
    Setting(
        "providers.redirects",
        "PRIME_REDIRECTS",
        parsing.redirects,
        "addresses of web clients with commas between them",
        "https://studio.example.com/login",
        "web clients that a provider may lead back to, letter by letter",
        default="",
        default_in_words="none",
    ),
    Setting(
        "second_factor_required",
        "PRIME_SECOND_FACTOR",
        parsing.one_of("optional", "required"),
        "optional or required",
        "required",
        "`required`: every login takes a second factor",
        default="optional",
    ),
    Setting(
        "verify_address",
        "PRIME_VERIFY_ADDRESS",
        parsing.one_of("off", "required"),
        "off or required",
        "required",
        "`required`: only those log in whose e-mail address is proved",
        default="off",
    ),
    Setting(
        "grace_days",
        "PRIME_DELETION_DAYS",
        parsing.number(0, 365),
        "a number of days from 0 to 365",
        "14",
        "how long a deleted account can be had back by logging in",
        default="14",
    ),
    Setting(
        "mail.server",
        "SMTP_URL",
        smtp_server,
        "a URL that begins with smtp://, starttls:// or smtps://",
        "smtps://user:password@host:465",
        "the SMTP server that sends mails",
        default_in_words="none: no mail is sent",
        is_secret=True,
    ),
    Setting(
        "mail.sender",
        "PRIME_MAIL_FROM",
        sender,
        "an address, or a name and an address",
        "Studio Nord <prime@example.com>",
        "from whom mails are; needed with `SMTP_URL`",
        default_in_words="`prime@localhost`",
    ),
    Setting(
        "mail.public_url",
        "PRIME_PUBLIC_URL",
        public_url,
        "https://host or https://host:port, without a path (http:// for this machine alone)",
        "https://prime.example.com",
        "where people reach this server with a browser; needed with `SMTP_URL`",
        default_in_words="the node's own address",
    ),
    Setting(
        "core_share",
        "PRIME_CORE_SHARE",
        parsing.number(0.1, 0.95),
        "a part of a core from 0.1 to 0.95",
        "0.6",
        "the part of its core that a node aims at",
        default=str(CORE_SHARE),
    ),
    Setting(
        "history_days",
        "PRIME_HISTORY_DAYS",
        parsing.number(1, 36_500),
        DAYS,
        "30",
        "how far back time travel and undo reach; the lowest of all nodes wins",
        default="30",
    ),
    Setting(
        "audit_days",
        "PRIME_AUDIT_DAYS",
        parsing.number(1, 36_500),
        DAYS,
        "180",
        "how long entries of the audit are kept; the lowest of all nodes wins",
        default="180",
    ),
    _connections("PRIME_DB_APPENDS", 3, 3, "deltas"),
    _connections("PRIME_DB_ROOMS", 1, 3, "what rooms read"),
    _connections("PRIME_DB_BEHIND", 1, 3, "what is written behind"),
    _connections("PRIME_DB_CALLS", 1, 4, "calls, logins and joins"),
    _connections("PRIME_DB_READS", 1, 3, "what calls read of history"),
    _connections("PRIME_DB_CALLERS", 1, 4, "rows that users ask for"),
    _connections("PRIME_DB_SEARCHES", 1, 2, "what users search for"),
    Setting(
        "log_level",
        "PRIME_LOG_LEVEL",
        parsing.word_of(LEVELS),
        f"one of {', '.join(LEVELS)}",
        "warning",
        "below which nothing is written into the log",
        default="info",
    ),
    Setting(
        "stall_probe",
        "PRIME_STALL_PROBE",
        parsing.switch,
        SWITCH,
        "on",
        "measure stalls of the event loop (1,000 timers a second)",
        default="off",
    ),
)

BY_FIELD: Mapping[str, Setting] = {setting.field: setting for setting in SETTINGS}

TABLES = frozenset({"limits"})
"""Settings that are a table in the TOML file."""

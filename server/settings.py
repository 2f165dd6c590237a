"""Everything that can be set, read once from the command line and the environment."""

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio.connection import parse_url

from machine.caller_paths import path_of_caller
from machine.loopback import refuse_bare
from machine.switches import is_on
from persistence.database_url import checked, chosen
from persistence.lanes import LaneSizes
from server.accounts.mail.mail_settings import MailSettings, read_mail_settings
from server.accounts.providers.provider_settings import Providers, providers_of_environment
from server.accounts.use_limits import Limits
from server.health.log import LEVELS
from server.loop.loop_load import CORE_SHARE
from server.sockets.addresses import Network


@dataclass(frozen=True, slots=True)
class Settings:
    """`database_url` None: PostgreSQL is started by Prime itself, on `data`.

    `redis_url` None: this is the only node, and needs no bus.
    """

    host: str
    port: int
    data: Path
    database_url: str | None
    origins: tuple[str, ...]
    secret: bytes | None
    redis_url: str | None = None
    access_seconds: int = 900
    """Life of an access token (rule A2)."""
    refresh_seconds: int = 60 * 86_400
    """Life of an auth session, however often it is refreshed."""
    history_days: float = 30.0
    """How far back `history.at` and undo reach; the ops of older deltas are deleted."""
    audit_days: float = 180.0
    """How long entries of the audit are kept."""
    caller_database_url: str | None = None
    """An address that logs in as `prime_caller`; None: `database_url`, which takes that role."""
    lanes: LaneSizes = field(default_factory=LaneSizes)
    """Connections to PostgreSQL for each kind of work."""
    stall_probe: bool = False
    """Measure the longest stall of the event loop: 1,000 timers a second, for load tests."""
    core_share: float = CORE_SHARE
    """The part of a core below which nobody waits so that processor time is saved (rule P3)."""
    limits: Limits = field(default_factory=Limits)
    """How much an address or a user may have and do (rules K1 to K5)."""
    proxies: tuple[Network, ...] = ()
    """Who is believed when it names a client's address."""
    registration: bool = True
    """Whether strangers may make accounts (rule A5)."""
    verify_address: bool = False
    """Whether only those log in whose address is proved (rule A26)."""
    grace_days: float = 14.0
    """How long a deleted account can be had back before it is erased (rule A28)."""
    mail: MailSettings = field(default_factory=MailSettings)
    """Which server sends mails, from whom, and where their links lead."""
    providers: Providers = field(default_factory=Providers)
    """By whom one can log in, beside the password (rule A32)."""
    second_factor_required: bool = False
    """Whether a login of anyone takes a second factor (rule A37)."""
    log_level: str = "info"
    """Below which nothing is written into the log: one of `server.health.log.LEVELS`."""


def read_settings(
    host: str, port: int, data: str | Path, *, behind_proxy: bool = False
) -> Settings:
    """The given words, and DATABASE_URL, REDIS_URL and the variables that begin with PRIME_."""
    # Long: one line a setting.
    is_behind = is_on("PRIME_BEHIND_PROXY", os.environ.get("PRIME_BEHIND_PROXY"))
    refuse_bare(host, behind_proxy or is_behind)
    secret = os.environ.get("PRIME_SECRET") or None
    if secret is not None and len(secret) < 32:
        raise ValueError("PRIME_SECRET must have at least 32 characters")
    origins = os.environ.get("PRIME_ORIGINS", "")
    return Settings(
        host=host,
        port=port,
        data=path_of_caller(data).resolve(),
        database_url=chosen(None),
        caller_database_url=_caller_url(os.environ.get("PRIME_CALLER_DATABASE_URL") or None),
        redis_url=_redis_url(os.environ.get("REDIS_URL") or None),
        origins=tuple(origin.strip() for origin in origins.split(",") if origin.strip()),
        secret=secret.encode() if secret else None,
        history_days=_days("PRIME_HISTORY_DAYS", os.environ.get("PRIME_HISTORY_DAYS"), 30.0),
        audit_days=_days("PRIME_AUDIT_DAYS", os.environ.get("PRIME_AUDIT_DAYS"), 180.0),
        lanes=LaneSizes(
            appends=_connections("APPENDS", os.environ.get("PRIME_DB_APPENDS"), 3),
            rooms=_connections("ROOMS", os.environ.get("PRIME_DB_ROOMS"), 3),
            behind=_connections("BEHIND", os.environ.get("PRIME_DB_BEHIND"), 3),
            calls=_connections("CALLS", os.environ.get("PRIME_DB_CALLS"), 4),
            reads=_connections("READS", os.environ.get("PRIME_DB_READS"), 3),
            callers=_connections("CALLERS", os.environ.get("PRIME_DB_CALLERS"), 4),
            searches=_connections("SEARCHES", os.environ.get("PRIME_DB_SEARCHES"), 2),
        ),
        stall_probe=is_on("PRIME_STALL_PROBE", os.environ.get("PRIME_STALL_PROBE")),
        core_share=_share(os.environ.get("PRIME_CORE_SHARE"), CORE_SHARE),
        limits=Limits.read(os.environ.get("PRIME_LIMITS") or ""),
        proxies=_networks(os.environ.get("PRIME_PROXIES") or ""),
        providers=providers_of_environment(),
        second_factor_required=_is_required(os.environ.get("PRIME_SECOND_FACTOR") or "optional"),
        registration=_is_open(os.environ.get("PRIME_REGISTRATION") or "open"),
        verify_address=_is_verification_required(os.environ.get("PRIME_VERIFY_ADDRESS") or "off"),
        grace_days=_grace(os.environ.get("PRIME_DELETION_DAYS") or "14"),
        mail=read_mail_settings(),
        log_level=_log_level(os.environ.get("PRIME_LOG_LEVEL") or "info"),
    )


def _caller_url(text: str | None) -> str | None:
    return None if text is None else checked(text, "PRIME_CALLER_DATABASE_URL")


def _redis_url(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        parse_url(text)
    except ValueError as error:
        raise ValueError(f"REDIS_URL: this is no Redis URL: {error}") from None
    return text


def _connections(lane: str, text: str | None, otherwise: int) -> int:
    """Three at least for appends: two serve the projects that are set aside."""
    least = 3 if lane == "APPENDS" else 1
    try:
        count = int(text or otherwise)
    except ValueError:
        count = 0
    if not least <= count <= 100:
        raise ValueError(f"PRIME_DB_{lane} must be a number of connections from {least} to 100")
    return count


def _days(name: str, text: str | None, otherwise: float) -> float:
    try:
        days = float(text or otherwise)
    except ValueError:
        days = 0.0
    if not 1 <= days <= 36_500:
        raise ValueError(f"{name} must be a number of days from 1 to 36500")
    return days


def _share(text: str | None, otherwise: float) -> float:
    try:
        share = float(text or otherwise)
    except ValueError:
        share = 0.0
    if not 0.1 <= share <= 0.95:
        raise ValueError("PRIME_CORE_SHARE must be a part of a core from 0.1 to 0.95")
    return share


def _networks(text: str) -> tuple[Network, ...]:
    try:
        parts = filter(None, (part.strip() for part in text.split(",")))
        return tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError as error:
        raise ValueError(
            f"PRIME_PROXIES must be addresses or networks like 10.0.0.0/8,fd00::/8: {error}"
        ) from None


def _is_open(text: str) -> bool:
    if text not in ("open", "closed"):
        raise ValueError("PRIME_REGISTRATION must be open or closed")
    return text == "open"


def _is_required(text: str) -> bool:
    if text not in ("optional", "required"):
        raise ValueError("PRIME_SECOND_FACTOR must be optional or required")
    return text == "required"


def _is_verification_required(text: str) -> bool:
    if text not in ("off", "required"):
        raise ValueError("PRIME_VERIFY_ADDRESS must be off or required")
    return text == "required"


def _log_level(text: str) -> str:
    if text not in LEVELS:
        raise ValueError(f"PRIME_LOG_LEVEL must be one of {', '.join(LEVELS)}")
    return text


def _grace(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days <= 365:
        raise ValueError("PRIME_DELETION_DAYS must be a number of days from 0 to 365")
    return days

"""What a node is served with, read from wherever it was set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from machine.settings.sources import GivenValue
from persistence.lanes import LaneSizes
from server.accounts.mail.mail_settings import MailSettings
from server.accounts.providers.provider_settings import Providers
from server.accounts.usage_limits import UsageLimits
from server.loop.core_share import CORE_SHARE
from server.sockets.addresses import Network


@dataclass(frozen=True, slots=True)
class Settings:
    """`database_url` None: PostgreSQL is started by Prime itself, on `data`.

    `redis_url` None: this is the only node, and needs no bus.
    """

    host: str
    port: int
    data: Path
    database_url: str | None = field(repr=False)
    origins: tuple[str, ...]
    secret: bytes | None = field(repr=False)
    redis_url: str | None = field(default=None, repr=False)
    secret_next: bytes | None = field(default=None, repr=False)
    """Believed as well, while the secret is changed."""
    secret_before: bytes | None = field(default=None, repr=False)
    """The same, behind the change."""
    balancer: str | None = None
    """The address of the balancer that `--nodes` has put before this node; None: there is none."""
    behind_proxy: bool = False
    """Whether others reach `host` only through a proxy with TLS."""
    pages: bool = True
    """Whether it serves the studio page and the operators' page."""
    tls_certificate: Path | None = None
    """Set with `tls_key`: Prime speaks TLS by itself."""
    tls_key: Path | None = None
    access_seconds: int = 900
    """Life of an access token (rule A2)."""
    refresh_seconds: int = 60 * 86_400
    """Life of an auth session, however often it is refreshed."""
    history_days: float = 30.0
    """How far back `history.at` and undo reach; the ops of older deltas are deleted."""
    audit_days: float = 180.0
    """How long entries of the audit are kept."""
    caller_database_url: str | None = field(default=None, repr=False)
    """An address that logs in as `prime_caller`; None: `database_url`, which takes that role."""
    lanes: LaneSizes = field(default_factory=LaneSizes)
    """Connections to PostgreSQL for each kind of work."""
    admin_socket: Path | None = None
    """The directory of the socket for `./run admin`; None: one is found (`machine.sockets`)."""
    stall_probe: bool = False
    """Measure the longest stall of the event loop: 1,000 timers a second, for load tests."""
    core_share: float = CORE_SHARE
    """The part of a core below which nobody waits so that processor time is saved (rule P3)."""
    limits: UsageLimits = field(default_factory=UsageLimits)
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
    """Below which nothing is written into the log: one of `server.logs.log.LEVELS`."""
    given: Mapping[str, GivenValue] = field(default_factory=dict, compare=False, repr=False)
    """What is not the default: what was written and where, by `Setting.field`."""

    @property
    def believed_secrets(self) -> tuple[bytes, ...]:
        """Those beside `secret`, while it is changed."""
        return tuple(
            secret for secret in (self.secret_before, self.secret_next) if secret is not None
        )

    @property
    def all_origins(self) -> tuple[str, ...]:
        """Where only some may connect, the server's own page may, too."""
        own_url = self.mail.public_url
        return (*self.origins, own_url) if self.origins and own_url else self.origins

    def where(self, name: str) -> str:
        """Where the value of `Setting.field` comes from; `default`: it is set nowhere."""
        setting_given = self.given.get(name)
        return setting_given.source if setting_given else "default"

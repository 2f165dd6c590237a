"""What a node is on this machine: where it listens, who is believed, how many may connect."""

import errno
import os
import pwd
import resource
import socket
import stat
import time

from machine.sockets.listening_address import is_loopback
from server.commands.checks.finding import CheckFailed, DoubtfulFinding
from server.settings.settings import Settings
from server.sockets.tls import BadPair, TlsPair

DAY_SECONDS = 86_400

FEWEST_DAYS = 14
"""Left of a certificate; what renews it by itself does so with a third of its life left."""

FEWEST_FILES = 4_096
"""Descriptors: one for each connection."""


async def listening(settings: Settings) -> str:
    """Whether the address is ours and the port is free, for a moment."""
    host, port = settings.host, settings.port
    where = f"{host}:{port}"
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trying.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise DoubtfulFinding(
                f"{where} is in use: right, if a node of Prime serves there"
            ) from None
        raise CheckFailed(f"cannot listen on {where}: {error.strerror or error}") from None
    return f"{where} is free"


async def proxies(settings: Settings) -> str:
    """Whether clients are told apart."""
    if any(network.prefixlen == 0 for network in settings.proxies):
        raise DoubtfulFinding(
            "PRIME_PROXIES names every address there is: whoever connects can say that it is"
            " anybody; name the addresses of the load balancers alone"
        )
    if settings.proxies:
        believed = ", ".join(str(network) for network in settings.proxies)
        return f"X-Forwarded-For of {believed} is believed"
    if settings.behind_proxy or not is_loopback(settings.host):
        raise DoubtfulFinding(
            "PRIME_PROXIES is not set: all who come through the load balancer count as one address"
            " and share its limits; name the balancer's address"
        )
    return "none: X-Forwarded-For of nobody is believed"


async def origins(settings: Settings) -> str:
    """Which web pages may connect, and whether the server's own are among them."""
    if not settings.origins:
        return "none named: pages of every origin may connect"
    sentence = f"pages of {', '.join(settings.all_origins)} may connect"
    if settings.pages and settings.mail.public_url is None:
        raise DoubtfulFinding(
            f"{sentence}, and the server's own where they are opened by an address, by localhost or"
            " by a name among these; if people open /studio by another name, set PRIME_PUBLIC_URL"
        )
    return f"{sentence}, and the server's own"


async def tls(settings: Settings) -> str:
    """Whether the certificate and its key are a pair, and for how long."""
    if settings.tls_certificate is None or settings.tls_key is None:
        if settings.behind_proxy:
            return "none here: a proxy has it"
        return f"none: only this machine reaches {settings.host}"
    try:
        pair = TlsPair(settings.tls_certificate, settings.tls_key)
    except BadPair as error:
        raise CheckFailed(str(error)) from None
    if pair.begins_at > time.time():
        raise CheckFailed(
            f"{pair.certificate}: not valid before {pair.begins}; take one that is, or see whether"
            " the clock of this machine is right"
        )
    days = (pair.expires_at - time.time()) / DAY_SECONDS
    sentence = f"{pair.certificate}: until {pair.expires}"
    if days <= 0:
        raise CheckFailed(f"{sentence}, so it has run out: renew it; nodes that run take it over")
    if days < FEWEST_DAYS:
        raise DoubtfulFinding(
            f"{sentence}, {days:.0f} days left: renew it; nodes that run take it over"
        )
    if os.stat(settings.tls_key).st_mode & stat.S_IROTH:
        raise DoubtfulFinding(
            f"everyone on this machine can read the key: chmod o= {settings.tls_key}"
        )
    return f"{sentence}, {days:.0f} days left"


async def user(settings: Settings) -> str:
    """Who looks: another user may read other files."""
    if os.geteuid() == 0:
        raise DoubtfulFinding(
            "root, who reads every file: where nodes run as another user, look as that user, whose"
            " files, groups and HOME are others (runuser -s /bin/sh USER -c ...)"
        )
    return name_of_user(os.geteuid())


def name_of_user(number: int) -> str:
    """By its name, where it has one."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"number {number}"


async def open_files(settings: Settings) -> str:
    """Of this shell; a service has a limit of its own."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < FEWEST_FILES:
        raise DoubtfulFinding(
            f"{soft} here, and each connection takes one: ulimit -n 65536, or LimitNOFILE=65536"
        )
    return f"{'no limit' if soft < 0 else soft} here"

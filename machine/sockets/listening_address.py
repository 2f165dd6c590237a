"""Whether an address can be reached from other machines, and what that asks for."""

import ipaddress


def refuse_bare(host: str, is_wanted: bool) -> None:
    """Passwords in plain text on a network: only if someone wants that; else `ValueError` (H9)."""
    if not is_wanted and not is_loopback(host):
        raise ValueError(
            f"Prime speaks without TLS, and {host} can be reached from other machines. Let a load "
            "balancer with TLS listen there and Prime on 127.0.0.1 (docs/operating.md); or, where "
            "only such a balancer can reach this address, say so: --behind-proxy or "
            "PRIME_BEHIND_PROXY=1; or give it a certificate: --tls-cert and --tls-key"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

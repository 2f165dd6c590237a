"""The range that an address lies in: its neighbours, whom one provider or one attacker may have."""

import ipaddress


def network_of(address: str) -> str:
    """The /24 or /48 (IPv6) around what `server.sockets.addresses` counts under; else itself."""
    try:
        network = ipaddress.ip_network(address)
    except ValueError:
        return address
    return str(network.supernet(new_prefix=24 if network.version == 4 else 48))

"""For a server under load: all come from one address, mostly as one user, past its limits."""

WITHOUT_LIMITS = {
    "PRIME_LIMITS": (
        "sockets_per_address=0,strangers_per_address=0,strangers=0,connects_per_second=0,"
        "sockets_per_user=0,rooms_per_user=0,seats_per_user=0,registrations_per_hour=0,"
        "stranger_calls_per_second=0,refreshes_per_hour=0,"
        "projects_per_user=0,ops_per_second=0,recall_uses_per_hour=0"
    )
}
"""Of the environment: no bound on what an address or a user may have (rules K1 to K4)."""

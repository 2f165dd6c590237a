"""`python -m machine.deploying.healthcheck`: what an engine for containers asks its node."""

import http.client
import ssl
import sys

from machine.settings.sources import set_here

SECONDS = 2.0

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""A listener on all addresses -> where it is asked."""

USUAL_PORT = 8787


def main() -> int:
    """Exit 0 where the node of these settings answers as one that lives."""
    try:
        connection = _connection()
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, ValueError, http.client.HTTPException) as error:
        sys.stderr.write(f"healthcheck: {error}\n")
        return 1
    return 0 if status == http.HTTPStatus.OK else 1


def _connection() -> http.client.HTTPConnection:
    """As the settings say it, but those of a command line. Raises `ValueError`."""
    host = _setting("PRIME_HOST") or "127.0.0.1"
    host, port = EVERYWHERE.get(host, host), int(_setting("PRIME_PORT") or USUAL_PORT)
    if not _setting("PRIME_TLS_CERT"):
        return http.client.HTTPConnection(host, port, timeout=SECONDS)
    context = ssl.create_default_context()  # whose the certificate is, clients look at
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)


def _setting(variable: str) -> str:
    setting = set_here(variable)
    return setting.text if setting else ""


if __name__ == "__main__":
    sys.exit(main())

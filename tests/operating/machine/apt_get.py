"""Stands in for apt-get: what Debian's packages leave behind, of those that are installed here."""

import subprocess
import sys

SERVICES = {
    "postgresql": ["postgresql"],
    "redis-server": ["redis-server"],
    "haproxy": ["haproxy"],
    "nginx": ["nginx"],
    "pgbouncer": ["pgbouncer"],
}
"""Package -> what is running once it is installed."""


def call(*words: str) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


names = [word for word in sys.argv[1:] if not word.startswith("-")]
verb = names.pop(0)
if verb not in ("install", "update"):
    sys.exit(f"the stand-in for apt-get does not know {verb}")
for name in names:
    known = subprocess.run(["dpkg", "-s", name], capture_output=True, check=False)
    if known.returncode:
        sys.exit(f"E: Unable to locate package {name}")
    if name == "postgresql":
        call("pg_dropcluster", "--stop", "15", "main")
        call("pg_createcluster", "15", "main")
    for service in SERVICES.get(name, []):
        call("systemctl", "start", service)

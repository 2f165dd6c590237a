"""Blocks of the page that no test runs, and why: five."""

NOT_RUN: dict[tuple[str, str], str] = {
    (
        "packages.md",
        "cp prime-0.3.0/ops/Containerfile .",
    ): "needs an engine for containers; tests/ops/containerfile.py does its steps in a chroot",
    (
        "packages.md",
        "pip download --require-hashes -r requirements.production.lock -d packages",
    ): "needs a package registry; tests/machine/deploying installs without one",
    (
        "backups.md",
        "$ mv .data .data.before",
    ): "of a checkout, as a package has no PostgreSQL of its own; in two terminals",
    (
        "database.md",
        "$ .venv/bin/python -m machine.embedded_postgres --data .data",
    ): "of a checkout, as the one above; tests/machine/test_embedded_postgres.py types the command",
    ("backups.md", "./run drill"): "of a checkout, and takes minutes; its own tests run drills",
}
"""Chapter's file name and the block's first line -> the reason."""

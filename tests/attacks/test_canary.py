"""Attack A28: a whole life of an account on two nodes, and none of its secrets is anywhere."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import asyncpg
import pytest

from loadtest.attack.raw_client import RawClient
from loadtest.nodes.two_local_nodes import two_local_nodes
from machine.local_node import LocalNode
from tests.attacks.account_life import Life
from tests.attacks.canaries import Canaries
from tests.attacks.kinds_of_secrets import (
    KINDS,
    OF_SETTINGS,
    secret_settings,
    unsaid_in_calls,
)
from tests.attacks.provider_life import ProviderLife, settings
from tests.server.accounts.mail.smtp_servers import Received, smtp_server
from tests.server.accounts.providers.made_up import made_up
from tests.server.conftest import eventually

MAY_HOLD = {
    "server_secrets": "what all nodes sign with: no user's, and no client is told it",
    "signing_keys": "likewise; they are what tokens are checked by",
}
"""Tables that are not searched, and why."""


def test_every_text_of_a_call_is_said_to_be_a_secret_of_a_kind_or_none() -> None:
    assert unsaid_in_calls() == set()


def test_every_secret_setting_has_a_kind() -> None:
    assert secret_settings() == OF_SETTINGS.keys()


def test_a_canary_is_found_in_every_form_it_may_have() -> None:
    canaries = Canaries()
    token = canaries.add("token", secrets.token_urlsafe(32))
    code = canaries.add("code", "123456")
    for text in (f"x{token}x", f"\\x{token.encode().hex()}", f'{{"code": "{code}"}}'):
        assert canaries.found_in(text)
    assert not canaries.found_in("9123456789")
    assert not canaries.found_in(token[:-1])


async def dumped(database_url: str) -> dict[str, str]:
    """Table -> all its rows as text."""
    connection = await asyncpg.connect(database_url)
    try:
        names = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = current_schema()::regnamespace"
        )
        return {
            name: await connection.fetchval(f"SELECT string_agg(t::text, ' ') FROM {name} AS t")
            or ""
            for (name,) in names
        }
    finally:
        await connection.close()


def metrics(url: str) -> str:
    page = urlsplit(url)._replace(scheme="http", path="/metrics").geturl()
    with urlopen(page, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


async def without_others(
    directory: Path, database: str, environment: dict[str, str], life: Life
) -> Path:
    """The log of a node whose mail server and bus are not there; passwords in all addresses."""
    new = life.canaries.new
    environment = environment | {
        "SMTP_URL": f"starttls://prime:{new('SMTP password')}@127.0.0.1:9",
        "REDIS_URL": f"redis://prime:{new('password of Redis')}@127.0.0.1:9/0",
    }
    database += f"{'&' if '?' in database else '?'}password={new('password of the database')}"
    async with LocalNode(directory, database_url=database, environment=environment) as node:
        async with await RawClient.open(node.url) as guest:
            await guest.hello()
            await guest.call("auth.request_reset", {"email": life.email})

        async def has_failed() -> bool:
            return "mail" in node.log.read_text(errors="replace")

        await eventually(has_failed, within=30.0)
        await node.leave()
    return node.log


@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.timeout(120)
async def test_attack_A28_no_secret_of_a_whole_life_is_in_logs_metrics_errors_or_tables(
    tmp_path: Path,
) -> None:
    canaries = Canaries()
    environment = {
        "PRIME_SECRET": canaries.new("PRIME_SECRET"),
        "PRIME_SECRET_BEFORE": canaries.new("PRIME_SECRET"),
        "PRIME_SECRET_NEXT": canaries.new("PRIME_SECRET"),
        "PRIME_MAIL_FROM": "prime@example.org",
        "PRIME_PUBLIC_URL": "https://prime.example.org",
    }
    with made_up() as provider:
        async with smtp_server(Received()) as mails:
            environment |= {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}"}
            environment |= settings(provider.issuer, canaries)
            async with two_local_nodes(tmp_path, environment) as nodes:
                life = Life((nodes[0].url, nodes[1].url), mails, canaries)
                ann = await life.passwords()
                await life.mail(ann)
                for part in life.parts():
                    await part()
                await ProviderLife(life, provider).run()
                life.leave()
                database = nodes[0].database_url

                async def all_mails_are_sent() -> bool:
                    return not canaries.found_in((await dumped(database))["mail_outbox"])

                await eventually(all_mails_are_sent, within=30.0)
                pages = [metrics(node.url) for node in nodes]
                for node in nodes:
                    await node.leave()  # what is to be written behind is written
                logs = [node.log for node in nodes]
                logs.append(await without_others(tmp_path / "three", database, environment, life))
                tables = await dumped(database)
    assert canaries.known.keys() >= KINDS
    assert "refresh_failed" in tables["audit_log"], "the audit was written"
    assert len(life.errors) > 10
    for name, text in tables.items():
        assert name in MAY_HOLD or canaries.found_in(text) == [], name
    for text in (*(log.read_text(errors="replace") for log in logs), *pages, str(life.errors)):
        assert canaries.found_in(text) == []
    assert all(error.get("code") != "internal" for error in life.errors)

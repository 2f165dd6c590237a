"""A node loads what logins by providers, mails and Redis take only where it has them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from server.accounts.providers.exchange_on_demand import ExchangeOnDemand
from server.accounts.providers.failures import ProviderDown
from server.accounts.providers.provider_settings import Providers
from server.settings.reading import read_settings

ROOT = Path(__file__).parents[4]
SECRET = b"a secret of tests, 32 bytes long"

LIBRARIES = ("authlib", "click", "httpx", "jinja2", "joserfc", "limits", "redis")

STUDIO = {
    "PRIME_PROVIDERS": "studio",
    "PRIME_PROVIDER_STUDIO_ISSUER": "https://login.studio.example",
    "PRIME_PROVIDER_STUDIO_CLIENT_ID": "prime",
}

LOADED = f"""
import json, sys
import server.commands.serve_command, server.process
bare = [name for name in {LIBRARIES} if name in sys.modules]
from server.accounts.providers.failures import ProviderDown
from server.accounts.providers.exchange_on_demand import ExchangeOnDemand
from server.settings.reading import read_settings
ExchangeOnDemand(read_settings({{}}, {STUDIO}).providers, {SECRET!r})
print(json.dumps([bare, [name for name in {LIBRARIES} if name in sys.modules]]))
"""


def test_a_server_without_providers_mails_and_redis_loads_no_library_for_them() -> None:
    """In a process of its own: this one has loaded them for other tests."""
    said = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    bare, with_one = json.loads(said.stdout)
    assert bare == []
    assert {"authlib", "httpx", "joserfc"} <= set(with_one)


async def test_a_provider_that_a_reload_brings_is_asked_all_the_same() -> None:
    made = ExchangeOnDemand(Providers(), SECRET)
    await made.close()  # nothing is there to be closed
    made.providers = read_settings({}, STUDIO).providers
    settings = made.providers.by_name["studio"]
    with pytest.raises(ProviderDown):
        await made.address(settings, "http://127.0.0.1", "f" * 43, "s" * 43)
    await made.close()

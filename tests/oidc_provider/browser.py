"""A browser that a provider leads about: it follows until it is led back to the program."""

from urllib.parse import parse_qsl, urlsplit

import httpx

REDIRECTS = 10


async def led_back(url: str, back: str, who: str) -> dict[str, str]:
    """What is in the address that it is led back to, with `who` logged in at the provider."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as browser:
        url += f"&login_hint={who}"
        for _ in range(REDIRECTS):
            response = await browser.get(url)
            assert response.is_redirect, (response.status_code, response.text[:500])
            url = str(response.url.join(response.headers["Location"]))
            if url.startswith(back):
                return dict(parse_qsl(urlsplit(url).query))
    raise AssertionError(f"never led back to {back}")

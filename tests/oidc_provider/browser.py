"""A browser that a provider leads about: it follows until it is led back to the program."""

from html.parser import HTMLParser
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


async def posted_back(url: str, back: str, who: str) -> dict[str, str]:
    """The same, where the provider has the browser post a form to that address."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as browser:
        page = await browser.get(f"{url}&login_hint={who}", follow_redirects=True)
        form = _Form()
        form.feed(page.text)
        assert form.action == back, page.text[:500]
        answer = await browser.post(form.action, data=form.fields)
        assert answer.status_code == 303, (answer.status_code, answer.text[:500])
        led_to = str(answer.url.join(answer.headers["Location"]))
        assert led_to.startswith(f"{back}?")
        assert (await browser.get(led_to)).status_code == 200
        return dict(parse_qsl(urlsplit(led_to).query))


class _Form(HTMLParser):
    """The one form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert said["method"].lower() == "post"
            self.action = said["action"]
        elif tag == "input" and "name" in said:
            self.fields[said["name"]] = said["value"]

"""Where people reach this server with a browser: links in mails and codes of devices lead there."""


class PublicUrl:
    """As it was set (`PRIME_PUBLIC_URL`), or where the node, or the balancer before it, listens."""

    def __init__(self, configured: str | None) -> None:
        self._configured = configured
        self._own_url = ""
        """Where this node listens, once it does, or the balancer before it."""

    def use(self, configured: str | None) -> None:
        """From now on it is set so."""
        self._configured = configured

    def serves_at(self, host: str, port: int, scheme: str = "http") -> None:
        """The node listens there; a browser of the same machine finds it."""
        own_host = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        self._own_url = (
            f"{scheme}://[{own_host}]:{port}"
            if ":" in own_host
            else f"{scheme}://{own_host}:{port}"
        )

    def goes_by_balancer(self, balancer: str) -> None:
        """People come by the balancer at this address; the node's own port is none of theirs."""
        self._own_url = balancer

    @property
    def address(self) -> str:
        """Without a slash at its end."""
        return self._configured or self._own_url

    def studio_page(self, part: str) -> str:
        """The page where a song is worked on; `part` as of `account_page`."""
        return f"{self.address}/studio#{part}"

    def account_page(self, part: str = "") -> str:
        """The page for accounts; `part` is in the fragment, which no server and no proxy sees."""
        page = f"{self.address}/account"
        return f"{page}#{part}" if part else page

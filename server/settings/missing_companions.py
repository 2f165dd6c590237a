"""Settings that do nothing, or shut people out, while another one is not set."""

from collections.abc import Callable, Collection, Iterator, Mapping

from server.accounts.providers.provider_settings import WORDS, variable_of
from server.settings.settings import Settings

ProblemOf = Callable[[Settings], str | None]


def missing_companions(
    settings: Settings, environment: Mapping[str, str], wrong: Collection[str] = ()
) -> Iterator[str]:
    """A sentence for each; none of those that hang on a setting that is `wrong` itself."""
    yield from (problem for _, problem in _found(settings, wrong))
    if not {"config", "providers", "providers.names"} & set(wrong):
        yield from _of_unnamed_providers(settings, environment)


def lacking_fields(settings: Settings, wrong: Collection[str] = ()) -> frozenset[str]:
    """The settings that are not set, and that another one needs."""
    return frozenset(lacking for lacking, _ in _found(settings, wrong))


def _found(settings: Settings, wrong: Collection[str]) -> Iterator[tuple[str, str]]:
    wrong_groups = set(map(_group_of, wrong))  # nothing of a group is set where one of it is wrong
    for fields, lacking, problem_of in CHECKS:
        if wrong_groups & {_group_of(field) for field in (*fields, lacking)}:
            continue
        problem = problem_of(settings)
        if problem is not None:
            yield lacking, problem


def _group_of(field: str) -> str:
    return field.partition(".")[0]


def _verify_address(settings: Settings) -> str | None:
    if not settings.verify_address or settings.mail.server is not None:
        return None
    return (
        "PRIME_VERIFY_ADDRESS=required and SMTP_URL is not set: the mail by which people prove"
        f" their address is never sent, so who registers cannot log in; {_set_mail(settings)}"
    )


def _sender(settings: Settings) -> str | None:
    if "mail.sender" not in settings.given or settings.mail.server is not None:
        return None
    return f"PRIME_MAIL_FROM is set and SMTP_URL is not: no mail is sent; {_set_mail(settings)}"


def _set_mail(settings: Settings) -> str:
    """All that mail lacks, so that nobody is told one thing after the other."""
    variables = ["SMTP_URL"]
    variables += [] if "mail.sender" in settings.given else ["PRIME_MAIL_FROM"]
    variables += [] if settings.mail.public_url else ["PRIME_PUBLIC_URL"]
    return f"set {' and '.join(variables)}"


def _redirects(settings: Settings) -> str | None:
    if not settings.providers.redirects or settings.providers.by_name:
        return None
    return (
        "PRIME_REDIRECTS is set and PRIME_PROVIDERS is not: nobody is led anywhere by a provider;"
        " set PRIME_PROVIDERS, and PRIME_PROVIDER_<NAME>_CLIENT_ID of each that it names"
    )


def _public_url(settings: Settings) -> str | None:
    if not settings.providers.by_name or settings.mail.public_url or settings.providers.redirects:
        return None
    return (
        "PRIME_PROVIDERS is set, and neither PRIME_PUBLIC_URL nor PRIME_REDIRECTS is: providers"
        " lead people back to the node's own address; set PRIME_PUBLIC_URL to the one that they"
        " reach"
    )


def _caller_database(settings: Settings) -> str | None:
    if settings.caller_database_url is None or settings.database_url is not None:
        return None
    return (
        "PRIME_CALLER_DATABASE_URL is set and DATABASE_URL is not: it is not used, as the embedded"
        " PostgreSQL is; set DATABASE_URL to the same database"
    )


def _of_unnamed_providers(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """Variables of providers that PRIME_PROVIDERS does not name: nobody reads them."""
    known_variables = {
        variable_of(name, word) for name in settings.providers.by_name for word in WORDS
    }
    for name in sorted(environment):
        if name.startswith("PRIME_PROVIDER_") and name.removesuffix("_FILE") not in known_variables:
            yield f"{name} is of no provider that PRIME_PROVIDERS names: it is not used"


CHECKS: tuple[tuple[tuple[str, ...], str, ProblemOf], ...] = (
    (("config", "verify_address", "mail"), "mail.server", _verify_address),
    (("config", "mail", "mail.sender"), "mail.server", _sender),
    (("config", "providers", "providers.redirects"), "providers.names", _redirects),
    (("config", "providers", "providers.names", "mail"), "mail.public_url", _public_url),
    (("config", "caller_database_url"), "database_url", _caller_database),
)
"""The settings that each is about, the one that may be missing, and what is wrong then."""

"""The calls on accounts: of each part, method name -> the function that answers it."""

from server.calls.accounts import (
    device_login,
    ending_logins,
    provider_links,
    provider_login,
    refreshing_tokens,
    registration_and_login,
    renaming_logins,
    second_factor,
)
from server.calls.accounts.self_service import (
    account_deletion,
    address_verification,
    password_and_email,
    password_reset,
)
from server.calls.answer import Answer
from server.calls.sharing import guests, invitations, session_permissions

ACCOUNT_ANSWERS: dict[str, Answer] = {
    **registration_and_login.ANSWERS,
    **address_verification.ANSWERS,
    **password_reset.ANSWERS,
    **password_and_email.ANSWERS,
    **account_deletion.ANSWERS,
    **refreshing_tokens.ANSWERS,
    **provider_login.ANSWERS,
    **provider_links.ANSWERS,
    **device_login.ANSWERS,
    **guests.ANSWERS,
    **invitations.ANSWERS,
    **session_permissions.ANSWERS,
    **second_factor.ANSWERS,
    **ending_logins.ANSWERS,
    **renaming_logins.ANSWERS,
}

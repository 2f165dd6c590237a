"""The calls on accounts: of each part, method name -> the function that answers it."""

from server.calls.accounts import (
    credentials,
    device_flow,
    devices,
    ending_logins,
    provider_links,
    provider_login,
    refreshing_tokens,
    second_factor,
)
from server.calls.accounts.self_service import (
    account_deletion,
    address_verification,
    password_and_email,
    password_reset,
)
from server.calls.answer import Answer
from server.calls.sharing import guests, invitations, permits

ACCOUNT_ANSWERS: dict[str, Answer] = {
    **credentials.ANSWERS,
    **address_verification.ANSWERS,
    **password_reset.ANSWERS,
    **password_and_email.ANSWERS,
    **account_deletion.ANSWERS,
    **refreshing_tokens.ANSWERS,
    **provider_login.ANSWERS,
    **provider_links.ANSWERS,
    **device_flow.ANSWERS,
    **guests.ANSWERS,
    **invitations.ANSWERS,
    **permits.ANSWERS,
    **second_factor.ANSWERS,
    **ending_logins.ANSWERS,
    **devices.ANSWERS,
}

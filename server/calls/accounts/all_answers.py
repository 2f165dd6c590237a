"""The calls on accounts: of each part, method name -> the function that answers it."""

from server.calls.accounts import (
    credentials,
    device_flow,
    devices,
    ending,
    provider_links,
    provider_login,
    refreshing,
    second_factor,
)
from server.calls.accounts.self_service import changing, deleting, proving
from server.calls.answer import Answer
from server.calls.roles import guests, invitations, permits

ACCOUNT_ANSWERS: dict[str, Answer] = {
    **credentials.ANSWERS,
    **proving.ANSWERS,
    **changing.ANSWERS,
    **deleting.ANSWERS,
    **refreshing.ANSWERS,
    **provider_login.ANSWERS,
    **provider_links.ANSWERS,
    **device_flow.ANSWERS,
    **guests.ANSWERS,
    **invitations.ANSWERS,
    **permits.ANSWERS,
    **second_factor.ANSWERS,
    **ending.ANSWERS,
    **devices.ANSWERS,
}

"""The calls on accounts: of each part its methods, and those that need no login."""

from schema.calling.credential_calls import CREDENTIAL_METHODS, CREDENTIALS_WITHOUT_LOGIN
from schema.calling.deletion_calls import DELETION_METHODS
from schema.calling.device_calls import DEVICE_METHODS, DEVICES_WITHOUT_LOGIN
from schema.calling.provider_calls import PROVIDER_METHODS, PROVIDERS_WITHOUT_LOGIN
from schema.calling.proving_calls import PROVING_METHODS, PROVING_WITHOUT_LOGIN
from schema.calling.row_calls import Call
from schema.calling.second_factor_calls import (
    SECOND_FACTOR_METHODS,
    SECOND_FACTORS_WITHOUT_LOGIN,
)
from schema.calling.token_calls import TOKEN_METHODS, TOKENS_WITHOUT_LOGIN

ACCOUNT_METHODS: dict[str, Call] = {
    **CREDENTIAL_METHODS,
    **PROVING_METHODS,
    **DELETION_METHODS,
    **TOKEN_METHODS,
    **PROVIDER_METHODS,
    **DEVICE_METHODS,
    **SECOND_FACTOR_METHODS,
}
"""Method name -> parameters and result."""

ACCOUNTS_WITHOUT_LOGIN: frozenset[str] = frozenset().union(
    CREDENTIALS_WITHOUT_LOGIN,
    PROVING_WITHOUT_LOGIN,
    TOKENS_WITHOUT_LOGIN,
    PROVIDERS_WITHOUT_LOGIN,
    DEVICES_WITHOUT_LOGIN,
    SECOND_FACTORS_WITHOUT_LOGIN,
)
"""Methods that a connection may call before it has logged in."""

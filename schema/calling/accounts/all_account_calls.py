"""The calls on accounts: of each part its methods, and those that need no login."""

from schema.calling.accounts.account_deletion_calls import DELETION_METHODS
from schema.calling.accounts.auth_session_calls import (
    AUTH_SESSION_CALLS_WITHOUT_LOGIN,
    AUTH_SESSION_METHODS,
)
from schema.calling.accounts.device_login_calls import (
    DEVICE_CALLS_WITHOUT_LOGIN,
    DEVICE_LOGIN_METHODS,
)
from schema.calling.accounts.password_and_email_calls import (
    PASSWORD_AND_EMAIL_CALLS_WITHOUT_LOGIN,
    PASSWORD_AND_EMAIL_METHODS,
)
from schema.calling.accounts.provider_login_calls import (
    PROVIDER_CALLS_WITHOUT_LOGIN,
    PROVIDER_LOGIN_METHODS,
)
from schema.calling.accounts.registration_and_login_calls import (
    CREDENTIAL_METHODS,
    CREDENTIALS_WITHOUT_LOGIN,
)
from schema.calling.accounts.second_factor_calls import (
    SECOND_FACTOR_METHODS,
    SECOND_FACTORS_WITHOUT_LOGIN,
)
from schema.calling.row_calls import Call

ACCOUNT_METHODS: dict[str, Call] = {
    **CREDENTIAL_METHODS,
    **PASSWORD_AND_EMAIL_METHODS,
    **DELETION_METHODS,
    **AUTH_SESSION_METHODS,
    **PROVIDER_LOGIN_METHODS,
    **DEVICE_LOGIN_METHODS,
    **SECOND_FACTOR_METHODS,
}
"""Method name -> parameters and result."""

ACCOUNTS_WITHOUT_LOGIN: frozenset[str] = frozenset().union(
    CREDENTIALS_WITHOUT_LOGIN,
    PASSWORD_AND_EMAIL_CALLS_WITHOUT_LOGIN,
    AUTH_SESSION_CALLS_WITHOUT_LOGIN,
    PROVIDER_CALLS_WITHOUT_LOGIN,
    DEVICE_CALLS_WITHOUT_LOGIN,
    SECOND_FACTORS_WITHOUT_LOGIN,
)
"""Methods that a connection may call before it has logged in."""

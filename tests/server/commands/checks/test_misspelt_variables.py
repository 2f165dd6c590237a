"""Variables that are nearly a setting."""

from server.commands.checks.misspelt_variables import misspelt_variables


def test_what_is_nearly_one_is_named_with_it() -> None:
    environment = {
        "PRIME_ORIGNS": "x",
        "PRIME_SECRET_FILES": "x",
        "DATABASE_URLS": "x",
        "PRIME_ORIGINS": "x",
        "PRIME_SECRET_FILE": "x",
        "PRIME_CWD": "x",
        "PRIME_PROVIDER_GOOGLE_CLIENT_ID": "x",
        "HOME": "x",
    }
    assert misspelt_variables(environment) == [
        "there is no setting DATABASE_URLS; is DATABASE_URL meant?",
        "there is no setting PRIME_ORIGNS; is PRIME_ORIGINS meant?",
        "there is no setting PRIME_SECRET_FILES; is PRIME_SECRET_FILE meant?",
    ]

"""Which new passwords are taken (OWASP ASVS 5.0, 6.2; NIST SP 800-63B): length, and not guessed."""

from schema.errors import ErrorCode
from schema.limits import MAX_PASSWORD_BYTES, MIN_PASSWORD_LENGTH
from schema.text.text_rules import holds_unseen, in_password_form
from server.accounts.hashing.common_passwords import is_common
from server.refused import Refused


def checked(password: str, *names: str, field: str = "password") -> str:
    """The password as it is hashed; raises `Refused` (rule A22).

    `names`: what others know of its owner, an e-mail address among them, in whatever case.
    `field`: of the call that has it.
    """
    form = in_password_form(password)
    problem = _problem_with(form, len(password), names)
    if problem:
        raise Refused(ErrorCode.VALIDATION, f"{field}: {problem}", field=field)
    return form


def _problem_with(form: str, length: int, names: tuple[str, ...]) -> str | None:
    """`length`: how many characters were sent, which may be more than its form has."""
    if len(form) < MIN_PASSWORD_LENGTH:
        least = f"a password has at least {MIN_PASSWORD_LENGTH} characters"
        is_shown_shorter = length >= MIN_PASSWORD_LENGTH
        return f"{least}; in the form NFC it has {len(form)}" if is_shown_shorter else least
    if holds_unseen(form):
        return "it holds a control character, or one that nobody sees and can type again"
    size = len(form.encode())
    if size > MAX_PASSWORD_BYTES:
        most = f"{MAX_PASSWORD_BYTES:,} {'characters' if form.isascii() else 'bytes in UTF-8'}"
        return f"a password has at most {most}, and this one has {size:,}"
    known_names = {name.lower() for name in names} | {
        name.partition("@")[0].lower() for name in names
    }
    if form.lower() in known_names:
        return "it is the address or the name of the account; choose what nobody knows"
    if is_common(form):
        return "it is one of the 100,000 commonest, which are tried first; choose another"
    return None

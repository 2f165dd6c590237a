"""Where a posted form is cut into packets, and which requests are none."""

import pytest

from schema.server_limits import MAX_FORM_BYTES
from server.sockets.handshaking.posted_form import PostedForm

FORM = b"code=a-code&state=a-state"
KIND = b"Content-Type: application/x-www-form-urlencoded"


def posted(*headers: bytes, body: bytes = FORM, line: bytes = b"POST /account HTTP/1.1") -> bytes:
    return b"\r\n".join((line, b"Host: test", *headers)) + b"\r\n\r\n" + body


def length_of(body: bytes = FORM) -> bytes:
    return b"Content-Length: %d" % len(body)


WHOLE = posted(KIND, length_of(), b"Origin: https://appleid.apple.com")
WITHOUT_BODY = posted(KIND, b"Content-Length: 0", b"Origin: https://appleid.apple.com", body=b"")


@pytest.mark.parametrize("size", [1, 7, 60, 10_000])
def test_A72_a_form_goes_on_as_a_request_without_a_body_once_it_is_whole(size: int) -> None:
    form, released = PostedForm(), b""
    parts = [WHOLE[start : start + size] for start in range(0, len(WHOLE), size)]
    for part in parts[:-1]:
        assert form.take(part) == b""
        assert form.body is None
    released = form.take(parts[-1])
    assert (released, form.body, form._is_over) == (WITHOUT_BODY, FORM, True)
    assert form.take(b"more") == b"more"


def test_A72_a_head_that_is_whole_is_looked_at_once_however_its_form_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once, and when all is there: not with each byte, which would cost the square of them."""
    form, looks = PostedForm(), 0
    whole = PostedForm._whole

    def counted(one: PostedForm) -> bytes | None:
        nonlocal looks
        looks += 1
        return whole(one)

    monkeypatch.setattr(PostedForm, "_whole", counted)
    head = len(WHOLE) - len(FORM)
    assert form.take(WHOLE[:head]) == b""
    for byte in WHOLE[head:-1]:
        assert form.take(bytes([byte])) == b""
    assert looks == 1
    assert form.take(WHOLE[-1:]) == WITHOUT_BODY
    assert (looks, form.body) == (2, FORM)


def test_A72_what_comes_behind_it_is_not_read() -> None:
    form = PostedForm()
    assert form.take(WHOLE + b"GET / HTTP/1.1\r\n\r\n") == WITHOUT_BODY
    assert form.body == FORM


@pytest.mark.parametrize("kind", [KIND.lower(), KIND + b"; charset=UTF-8", KIND.upper()])
def test_A72_a_header_is_found_however_it_is_written(kind: bytes) -> None:
    form = PostedForm()
    assert b"Content-Length: 0\r\n" in form.take(posted(b"content-length:25 ", kind))
    assert form.body == FORM


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /v1 HTTP/1.1\r\nHost: test\r\n\r\n",
        posted(KIND, length_of(), line=b"POST /v1 HTTP/1.1"),
        posted(KIND, length_of(), line=b"POST /account?code=x HTTP/1.1"),
        posted(KIND, length_of(), line=b"POST /account HTTP/1.0"),
        posted(KIND, length_of(), line=b"PUT /account HTTP/1.1"),
        posted(KIND),
        posted(length_of()),
        posted(KIND, length_of(), length_of()),
        posted(KIND, b"Content-Length: -25"),
        posted(KIND, b"Content-Length: %d" % (MAX_FORM_BYTES + 1)),
        posted(b"Content-Type: application/json", length_of()),
        posted(b"X-Content-Type: application/x-www-form-urlencoded", length_of()),
        posted(b"Content-Type: multipart/form-data; boundary=x", length_of()),
    ],
)
def test_A72_any_other_request_goes_on_as_it_came(request_: bytes) -> None:
    form = PostedForm()
    assert form.take(request_) == request_
    assert (form.body, form._is_over) == (None, True)


def test_A72_no_more_is_held_than_the_bound() -> None:
    form, held = PostedForm(), b""
    for part in (WHOLE[:40], b"X: " + b"x" * (MAX_FORM_BYTES - 43)):
        held += part
        assert form.take(part) == b""
    assert form.take(b"x") == held + b"x"
    assert (form.body, form._is_over) == (None, True)


def test_A72_another_request_is_never_held_back_for_its_first_letters() -> None:
    form = PostedForm()
    assert form.take(b"POST /acc") == b""
    assert form.take(b"ess HTTP/1.1\r\n") == b"POST /access HTTP/1.1\r\n"

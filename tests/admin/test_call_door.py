"""The door over the network, where it does not open."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from admin.call_door import CallDoor
from admin.door import NotDone
from machine.sockets.certificate_authority import CertificateAuthority


def test_a_certificate_that_is_not_trusted_is_told_as_a_command_helps_it(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    authority.write("nobody that is trusted here")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with suppress(OSError), context.wrap_socket(connection, server_side=True):
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        door = CallDoor(
            f"wss://127.0.0.1:{listening.getsockname()[1]}/v1", "ann@example.com", lambda _: "x"
        )
        with pytest.raises(NotDone, match=r"not trusted: .*SSL_CERT_FILE=/path/ca.pem") as refused:
            door.ask("operators.nodes", {})
        assert "cafile" not in str(refused.value)
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    assert not thread.is_alive()

"""What binds a login by a provider to the client that began it."""

from server.accounts.providers.flow_secrets import FlowSecrets


def test_verifier_and_nonce_are_of_this_flow_and_of_this_server() -> None:
    secrets, others = FlowSecrets(b"secret"), FlowSecrets(b"another")
    flow = secrets.new()
    made = {
        secrets.verifier_of(flow),
        secrets.nonce_of(flow),
        secrets.verifier_of(secrets.new()),
        others.verifier_of(flow),
        others.nonce_of(flow),
    }
    assert len(made) == 5
    assert secrets.verifier_of(flow) == FlowSecrets(b"secret").verifier_of(flow)
    assert all(len(each) == 43 for each in made)

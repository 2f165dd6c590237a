"""What binds a login by a provider to the client that began it."""

from itertools import pairwise

from server.accounts.providers.flow_secrets import FlowSecrets


def test_verifier_and_nonce_are_of_this_flow_and_of_this_server() -> None:
    secrets, others = FlowSecrets(b"secret"), FlowSecrets(b"another")
    flow = secrets.new_flow()
    made = {
        secrets.verifier_of(flow),
        secrets.nonce_of(flow),
        secrets.verifier_of(secrets.new_flow()),
        others.verifier_of(flow),
        others.nonce_of(flow),
    }
    assert len(made) == 5
    assert secrets.verifier_of(flow) == FlowSecrets(b"secret").verifier_of(flow)
    assert all(len(each) == 43 for each in made)


def test_a_flow_is_ended_with_the_key_that_began_it_while_the_secret_is_changed() -> None:
    nodes = [
        FlowSecrets(b"old"),
        FlowSecrets(b"old", [b"new"]),
        FlowSecrets(b"new", [b"old"]),
        FlowSecrets(b"new"),
    ]
    for one, other in pairwise(nodes):
        for began, ends in ((one, other), (other, one)):
            flow = began.new_flow()
            assert ends.verifier_of(flow) == began.verifier_of(flow)
            assert ends.nonce_of(flow) == began.nonce_of(flow)

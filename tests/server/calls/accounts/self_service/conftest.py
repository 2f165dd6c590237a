from tests.server.calls.accounts.self_service.letters import letters

__all__ = ["letters"]

"""Mails as they were put, for all tests of calls on accounts."""

from tests.server.calls.accounts.self_service.letters import letters

__all__ = ["letters"]

"""Reading what somebody else may have put there."""

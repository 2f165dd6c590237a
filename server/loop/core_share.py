"""Apart from what measures it: commands that only read settings load nothing of rooms."""

CORE_SHARE = 0.6
"""The part of a core that a node aims at, if nothing else is set."""

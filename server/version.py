"""Which Prime this is."""

VERSION = "0.1.0"

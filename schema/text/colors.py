"""Members' colours, which people with deuteranopia or protanopia can tell apart too (rule P9)."""

COLORS = (
    "#3c87c3", "#ff9600", "#00d278", "#d287ff", "#f0e1a5", "#f04b0f",
    "#69fff0", "#8769ff", "#d2f000", "#009669", "#c3c3ff", "#69b4b4",
)  # fmt: skip
"""Chosen by computation, see docs/decisions/0025: keep the test when you change one."""

TEXT_ON_COLOR = "#14171c"
"""The colour of text that reads on each of them."""

"""What no hash may cost, whoever made it."""


class TooCostly(Exception):
    """To verify this hash would take more memory or time than a login may."""

"""The settings of a node behind the small balancer, which passes no addresses on."""

from dataclasses import replace
from math import inf

from server.settings.reading import SettingsReading
from server.settings.settings import Settings

OF_ADDRESSES = (
    "sockets_per_address",
    "strangers_per_address",
    "connects_per_second",
    "stranger_calls_per_second",
    "registrations_per_hour",
    "wrong_passwords_per_hour",
    "wrong_secrets_per_network",
    "provider_logins_per_hour",
    "device_codes_per_hour",
    "mails_asked_per_hour",
)
"""Limits of an address alone: to such a node all clients have that of the balancer."""


def behind_balancer(settings: Settings, balancer: str) -> Settings:
    """The same without limits of an address. `balancer`: where it is, as links begin with it."""
    limits = replace(settings.limits, **dict.fromkeys(OF_ADDRESSES, inf))
    return replace(settings, limits=limits, balancer=balancer)


def read_behind_balancer(reading: SettingsReading, balancer: str) -> SettingsReading:
    """The same of what was read anew."""
    return replace(reading, settings=behind_balancer(reading.settings, balancer))

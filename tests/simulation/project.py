"""The one project of the simulated studio."""

PROJECT = "00000000-0000-4000-8000-000000000001"

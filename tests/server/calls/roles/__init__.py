"""Roles in a project: who may do what by them."""

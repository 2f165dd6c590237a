"""The answers of all tables that users reach."""

from persistence.tables.project_members import OWNERS_FIRST
from schema.calls import ROW_CALLS
from server.calls.rows.answers import RowAnswers

OF_TABLES = RowAnswers(ROW_CALLS, {"project_members": OWNERS_FIRST})

ROW_ANSWERS = OF_TABLES.by_method()
"""Method name -> the function that answers it from the description of its table."""

"""Rows that other rows name by their ids, brought along: one more query for each table."""

from collections.abc import Iterable, Mapping, Sequence

from persistence.errors import BadQuery
from persistence.pool import Executor
from persistence.rows import reading
from persistence.rows.embedded_values import summaries
from persistence.rows.reading import Row
from persistence.rows.row_lanes import RowLanes
from schema.calling.row_calls import embeddable
from schema.tables.description import Table


class Embedding:
    """Between these tables, by their relations."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables

    def read(self, table: Table, names_asked: Sequence[str] | None) -> list[str]:
        """The columns in whose places rows are to stand; raises `BadQuery` (rule Q7)."""
        if not names_asked:
            return []
        embeddable_names = embeddable(table, self._tables)
        for n, name in enumerate(names_asked):
            if name not in embeddable_names:
                allowed_words = ", ".join(embeddable_names) or "none"
                raise BadQuery(
                    f"embed[{n}]", f"is no column that names a row; allowed: {allowed_words}"
                )
        return [name for name in dict.fromkeys(names_asked) if name not in table.brings]

    async def bring(
        self,
        lanes: RowLanes,
        table: Table,
        user: str,
        rows: Sequence[Row],
        columns: Sequence[str],
    ) -> None:
        """Put a summary in the place of each id whose row the user may see (rule Q5)."""
        wanted_fields: dict[str, list[str]] = {}
        for name in columns:
            wanted_fields.setdefault(table.by_name[name].embeds, []).append(name)
        for relation, names in wanted_fields.items():
            other_table = self._tables[relation]
            ids = {row[name] for row in rows for name in names if row.get(name) is not None}
            if ids:
                summary_rows = await reading.among(
                    lanes, other_table, user, sorted(ids), other_table.summary
                )
                for row in rows:
                    _replace(row, names, summary_rows)

    async def bring_always(self, db: Executor, table: Table, rows: Sequence[Row]) -> None:
        """The same of what the table `brings`, read as the server: whoever sees a row sees it."""
        for name in table.brings:
            rows_with_id = [row for row in rows if row.get(name) is not None]
            summary_by_id = await summaries(db, table, name, {row[name] for row in rows_with_id})
            for row in rows_with_id:
                row[name] = summary_by_id[row[name]]


def _replace(row: Row, names: Iterable[str], rows_by_id: Mapping[str, Row]) -> None:
    for name in names:
        if name in row:
            row[name] = rows_by_id.get(row[name], row[name])

"""Fills databases, while no server runs, with copies of rows that the server itself has made."""

import contextlib
import sqlite3


@contextlib.contextmanager
def filling(folder):
    """A connection for filling in bulk: the indexes are made when all rows are there."""
    database = sqlite3.connect(folder / "postern.db", isolation_level=None)
    database.row_factory = sqlite3.Row
    database.executescript("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;")
    indexes = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL").fetchall()
    database.execute("BEGIN")
    for index in indexes:
        database.execute(f"DROP INDEX {index['name']}")
    yield database
    for index in indexes:
        database.execute(index["sql"])
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def copies(database, table, count, model, **changes):
    """Inserts `count` copies of the row whose id is `model`. `changes` are SQL expressions of `n`, 1 to `count`."""
    names = [row["name"] for row in database.execute(f"PRAGMA table_info({table})")]
    assert changes.keys() <= set(names), f"{table} has no {changes.keys() - set(names)}"
    values = ", ".join(changes.get(name, f"model.{name}") for name in names)
    database.execute(
        f"WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {count}) "
        f"INSERT INTO {table} ({', '.join(names)}) "
        f"SELECT {values} FROM counter CROSS JOIN (SELECT * FROM {table} WHERE id = '{model}') AS model")


def identifier(prefix, number="n"):
    """SQL for an id older than any that a server makes today, in the order of `number`."""
    return f"printf('{prefix}_01%024d', {number})"

"""The adapter for systems whose data lies in a PostgreSQL database (13 or newer)."""

from concord.systems.postgres.adapter import PostgresSystem
from concord.systems.postgres.ways import Measures

__all__ = ["Measures", "PostgresSystem"]

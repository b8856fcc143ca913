"""The database: tables and migrations, nothing else."""

from assistant.store.database import Database, StoreError
from assistant.store.tables import KeyedValues

__all__ = ["Database", "KeyedValues", "StoreError"]

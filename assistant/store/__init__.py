"""The database: tables and migrations, nothing else."""

from assistant.store.database import Database
from assistant.store.errors import StoreError
from assistant.store.tables import KeyedValues

__all__ = ["Database", "KeyedValues", "StoreError"]

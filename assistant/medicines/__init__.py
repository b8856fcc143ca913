"""Medicines known by name: what they are for, what hangs on them, what they do not go with."""

from assistant.medicines.medicines import Medicines
from assistant.medicines.watch import MedicineWatch
from assistant.medicines.wording import Wording

__all__ = ["MedicineWatch", "Medicines", "Wording"]

"""Medicines known by name: what they are for, what hangs on them, what they do not go with."""

from assistant.care.medicines.medicines import Medicines
from assistant.care.medicines.watch import MedicineWatch
from assistant.care.medicines.wording import Wording

__all__ = ["MedicineWatch", "Medicines", "Wording"]

"""Medicines and reminders of anything, by voice; the core keeps and announces them."""

from __future__ import annotations

from skills.api import Skill
from skills.medication import doses, plan, stock, undoing

skill = Skill("medication", __file__)
plan.register(skill)
doses.register(skill)
stock.register(skill)
undoing.register(skill)

"""Looking through a skill's folder before it is trusted with an elder."""

from skills.checking.check import check_skill
from skills.checking.problem import Problem

__all__ = ["Problem", "check_skill"]

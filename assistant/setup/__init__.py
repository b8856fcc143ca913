"""What a home is asked when it is set up: the questions, how answers are checked and kept.

Nothing here prints or reads keys: `anban setup` is one front, and others can be built on the same
steps.
"""

from assistant.setup.place import Place
from assistant.setup.questions import Choice, Kind, NotUsableError, Question, Step
from assistant.setup.steps import STEPS
from assistant.setup.words import SetupWords

__all__ = [
    "STEPS", "Choice", "Kind", "NotUsableError", "Place", "Question", "SetupWords", "Step",
]  # fmt: skip

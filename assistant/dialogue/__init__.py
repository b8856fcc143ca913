"""Understanding: Rasa's models trained and cached, its server described, its answers asked for.

Knows nothing of the bus or the supervisor; the core puts the parts together.
"""

from assistant.dialogue.adopting import Outcome, Wanted, adopt, compared, found, lost
from assistant.dialogue.client import Answered, DialogueClient, Understood
from assistant.dialogue.comparing import Change, Comparison
from assistant.dialogue.errors import (
    DialogueDownError,
    DialogueEmptyError,
    DialogueError,
    DialogueSlowError,
    LostSentencesError,
    TrainingError,
    UnfitTextError,
)
from assistant.dialogue.held_out import Sentence, held_out
from assistant.dialogue.sidecar import Sidecar
from assistant.dialogue.sources import LeftOut, SkillFolder, installed_skills, trainable, usable
from assistant.dialogue.training import Progress, Trained, is_trained, last_model, train

__all__ = [
    "Answered",
    "Change",
    "Comparison",
    "DialogueClient",
    "DialogueDownError",
    "DialogueEmptyError",
    "DialogueError",
    "DialogueSlowError",
    "LeftOut",
    "LostSentencesError",
    "Outcome",
    "Progress",
    "Sentence",
    "Sidecar",
    "SkillFolder",
    "Trained",
    "TrainingError",
    "Understood",
    "UnfitTextError",
    "Wanted",
    "adopt",
    "compared",
    "found",
    "held_out",
    "installed_skills",
    "is_trained",
    "last_model",
    "lost",
    "train",
    "trainable",
    "usable",
]

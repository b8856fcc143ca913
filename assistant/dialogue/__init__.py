"""Understanding: Rasa's models trained and cached, its server described, its answers asked for.

Knows nothing of the bus or the supervisor; the core puts the parts together.
"""

from assistant.dialogue.client import Answered, DialogueClient, Understood
from assistant.dialogue.errors import (
    DialogueDownError,
    DialogueEmptyError,
    DialogueError,
    DialogueSlowError,
    TrainingError,
    UnfitTextError,
)
from assistant.dialogue.sidecar import Sidecar
from assistant.dialogue.sources import LeftOut, SkillFolder, installed_skills, trainable, usable
from assistant.dialogue.training import Trained, is_trained, last_model, train

__all__ = [
    "Answered",
    "DialogueClient",
    "DialogueDownError",
    "DialogueEmptyError",
    "DialogueError",
    "DialogueSlowError",
    "LeftOut",
    "Sidecar",
    "SkillFolder",
    "Trained",
    "TrainingError",
    "Understood",
    "UnfitTextError",
    "installed_skills",
    "is_trained",
    "last_model",
    "train",
    "trainable",
    "usable",
]

"""What can go wrong with understanding: one tree, so that a caller may catch it whole."""


class DialogueError(RuntimeError):
    """The dialogue could not do what was asked; the message says what to do next."""


class TrainingError(DialogueError):
    """A model could not be trained; models trained before still work."""


class LostSentencesError(TrainingError):
    """A model is not used, since other skills take from it what they may not take."""

    def __init__(self, takers: tuple[str, ...], count: int) -> None:
        """`takers`: the skills that took `count` held-out sentences."""
        super().__init__(
            f"The newest model is not used: {', '.join(takers)} would take {count} sentences from "
            "cries for help or doses taken. `anban skills check` shows them."
        )
        self.takers = takers


class DialogueDownError(DialogueError):
    """The Rasa server cannot be reached, or refused or failed the request."""


class DialogueSlowError(DialogueError):
    """No answer in time.  The turn may still be running: go on in a new conversation."""


class DialogueEmptyError(DialogueError):
    """Rasa answered without a word: the skill host is down, or nothing was predicted."""


class UnfitTextError(DialogueError):
    """The text holds no words, or more than one turn may; nothing was asked of Rasa."""

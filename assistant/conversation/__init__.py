"""From what was heard to its answer: safety first, then the open question, then the dialogue."""

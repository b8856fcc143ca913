"""The skill `general`: the turns of every conversation, and getting acquainted."""

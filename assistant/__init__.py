"""The running assistant: the core, and the children that hear, speak and understand for it."""

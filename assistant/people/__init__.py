"""The people who are called: who they are, in which order, and how each is reached."""

"""A skill that cannot even be imported."""

raise ImportError("a library of its own is not there")

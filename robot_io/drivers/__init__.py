"""The drivers that come with Anban; others join through the entry point group `anban.robots`."""

"""What every process of Anban stands on: the bus and its links, children, tasks, privacy."""

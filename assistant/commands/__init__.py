"""What the `anban` command does, a file a command; `assistant/cli.py` only parses."""

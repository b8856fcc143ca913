"""The skill `medication`: medicines and reminders of anything, by voice."""

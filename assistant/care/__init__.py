"""Care: what may never be lost: people, alarms, call-out, reminders, journal."""

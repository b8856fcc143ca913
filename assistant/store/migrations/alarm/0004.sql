-- Who had taken an alarm on and then could not come, if it went out again for that; else empty.
ALTER TABLE alarm ADD COLUMN given_up_by TEXT NOT NULL DEFAULT '';

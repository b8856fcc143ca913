-- Who said that they cannot come, since the alarm last went out to everybody: [[name, Unix time], ...].
ALTER TABLE alarm ADD COLUMN declined TEXT NOT NULL DEFAULT '[]';

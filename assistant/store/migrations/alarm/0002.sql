-- How often an alarm went out again after somebody had taken it on: attempts of before count no more.
ALTER TABLE alarm ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alarm ADD COLUMN expected_at REAL;  -- when whoever took it on will be there; Unix time
ALTER TABLE attempt ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN kind TEXT NOT NULL DEFAULT '';  -- call, message, or empty: afterwards
ALTER TABLE attempt ADD COLUMN answered_at REAL;  -- when a call was taken, by whomever; Unix time

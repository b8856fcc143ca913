-- The elder's profile, what each skill keeps, and what the home remembers of itself.
CREATE TABLE profile (
    field TEXT PRIMARY KEY,
    value TEXT NOT NULL            -- JSON
) STRICT;

CREATE TABLE skill_storage (
    skill TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,           -- JSON
    PRIMARY KEY (skill, key)
) STRICT;

CREATE TABLE home_state (
    name TEXT PRIMARY KEY,         -- language, volume, rate_words_per_minute
    value TEXT NOT NULL            -- JSON
) STRICT;

-- The daily self-test, and what it still owes to family and elder.
CREATE TABLE selftest (
    day TEXT PRIMARY KEY,          -- local
    begun_at REAL NOT NULL,        -- Unix time, seconds, as all below
    ended_at REAL,                 -- NULL: cut off, to be made again
    begins INTEGER NOT NULL
) STRICT;

CREATE TABLE selftest_finding (
    day TEXT NOT NULL REFERENCES selftest ON DELETE CASCADE,
    part TEXT NOT NULL,
    subject TEXT NOT NULL,
    verdict TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (day, part, subject)
) STRICT;

CREATE TABLE selftest_trouble (    -- what is not well, or was and nobody knows yet that it is again
    part TEXT NOT NULL,
    subject TEXT NOT NULL,
    since_day TEXT NOT NULL,
    days INTEGER NOT NULL,         -- on which it was found not well
    last_day TEXT NOT NULL,
    is_over INTEGER NOT NULL,
    family_told_day TEXT NOT NULL, -- '': not yet
    elder_told_day TEXT NOT NULL,
    PRIMARY KEY (part, subject)
) STRICT;

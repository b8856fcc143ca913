-- Drills, and what came of each.
CREATE TABLE drill (
    drill_id TEXT PRIMARY KEY,
    begun_at REAL NOT NULL,
    ended_at REAL                  -- NULL: still on, or cut off
) STRICT;

CREATE TABLE drill_result (
    drill_id TEXT NOT NULL REFERENCES drill ON DELETE CASCADE,
    kind TEXT NOT NULL,            -- room or contact
    subject TEXT NOT NULL,
    verdict TEXT NOT NULL,
    detail TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (drill_id, kind, subject)
) STRICT;

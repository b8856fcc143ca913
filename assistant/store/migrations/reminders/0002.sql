-- The last thing done to the reminders, so that it can be taken back, and what the family is to be
-- told of them beside the doses.  Exceptions and pauses of a reminder are part of its body.
CREATE TABLE reminder_deed (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    done_at REAL NOT NULL,         -- Unix time, seconds, as all below
    kind TEXT NOT NULL,
    before TEXT NOT NULL           -- JSON: the rows as they were
) STRICT;

CREATE TABLE reminder_notice (
    notice_id TEXT PRIMARY KEY,
    at REAL NOT NULL,
    body TEXT NOT NULL,            -- JSON: what the family is to be told
    is_told INTEGER NOT NULL       -- 0: owed
) STRICT;
CREATE INDEX reminder_notice_owed ON reminder_notice (at) WHERE is_told = 0;

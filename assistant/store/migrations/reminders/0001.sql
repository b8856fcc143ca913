-- Reminders, every occurrence of them, and the stock of medicines.
CREATE TABLE reminder (
    reminder_id TEXT PRIMARY KEY,
    body TEXT NOT NULL,            -- JSON: what is reminded of, its schedule and escalation
    is_active INTEGER NOT NULL,    -- 0: removed; its occurrences stay
    next_day TEXT                  -- the first day not planned yet; NULL: none will come
) STRICT;
CREATE INDEX reminder_to_plan ON reminder (next_day) WHERE is_active AND next_day IS NOT NULL;

CREATE TABLE occurrence (
    occurrence_id TEXT PRIMARY KEY,
    reminder_id TEXT NOT NULL REFERENCES reminder,
    day TEXT NOT NULL,             -- local, as planned
    slot TEXT NOT NULL,            -- which time of the day
    due_at REAL NOT NULL,          -- Unix time, seconds, as all below
    until_at REAL NOT NULL,
    state TEXT NOT NULL,
    act_at REAL,                   -- when something is to happen by itself; NULL: nothing will
    announced_at REAL,
    round_at REAL,
    step INTEGER NOT NULL,
    is_told INTEGER NOT NULL,      -- 0: announced, and not known to have been heard
    family INTEGER NOT NULL,       -- 0 nothing, 1 owed, 2 told
    settled_at REAL,
    reason TEXT NOT NULL,
    amount TEXT NOT NULL,
    UNIQUE (reminder_id, day, slot)
) STRICT;
CREATE INDEX occurrence_to_act ON occurrence (act_at) WHERE act_at IS NOT NULL;
CREATE INDEX occurrence_due ON occurrence (due_at);
CREATE INDEX occurrence_of_reminder ON occurrence (reminder_id, due_at);
CREATE INDEX occurrence_owed ON occurrence (due_at) WHERE family = 1;
CREATE INDEX occurrence_by_time_alone ON occurrence (until_at)
    WHERE state IN ('due', 'announced', 'snoozed', 'unknown', 'missed');

CREATE TABLE stock (
    medicine TEXT PRIMARY KEY,     -- its name in small letters
    title TEXT NOT NULL,
    amount TEXT NOT NULL,          -- a fraction
    unit TEXT NOT NULL,
    warn_days INTEGER NOT NULL,
    is_warned INTEGER NOT NULL
) STRICT;

-- Alarms, what was done about them, and the journal of every change (people: contacts.json).
CREATE TABLE alarm (
    alarm_id TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    opened_at REAL NOT NULL,       -- Unix time, seconds
    state TEXT NOT NULL,
    asked_count INTEGER NOT NULL,
    denied_count INTEGER NOT NULL,
    was_reached INTEGER NOT NULL,
    acknowledged_by TEXT NOT NULL,
    escalate_at REAL
) STRICT;

CREATE TABLE attempt (
    attempt_id TEXT PRIMARY KEY,
    alarm_id TEXT NOT NULL REFERENCES alarm,
    contact_id TEXT NOT NULL,
    channel TEXT NOT NULL,         -- its name, without any secret
    round INTEGER NOT NULL,
    begun_at REAL NOT NULL,
    ended_at REAL,
    outcome TEXT NOT NULL,         -- 'begun' until the outcome is known
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_of_alarm ON attempt (alarm_id, round);

CREATE TABLE journal (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    alarm_id TEXT NOT NULL,
    state TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE TRIGGER journal_is_append_only_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_append_only_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

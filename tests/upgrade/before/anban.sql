BEGIN TRANSACTION;
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
, generation INTEGER NOT NULL DEFAULT 0, expected_at REAL) STRICT;
INSERT INTO "alarm" VALUES('8880b71298a1488cb876f888020abb19','fire','voice','',1.79603803110897493368e+09,'closed',0,0,0,'',NULL,0,NULL);
INSERT INTO "alarm" VALUES('fee5d6a065d84d5cbe3853aca1bd8b90','fall','voice','',1.79603803115732216831e+09,'raised',0,0,0,'',NULL,0,NULL);
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
, generation INTEGER NOT NULL DEFAULT 0, kind TEXT NOT NULL DEFAULT '', answered_at REAL) STRICT;
INSERT INTO "attempt" VALUES('f330bd4f7e0f4f44982dfec59b83a45c','8880b71298a1488cb876f888020abb19','7078ba96ad904804b5091a5153e06c85','webhook at 127.0.0.1 (f18b79)',1,1.7960380311246285439e+09,1.79603803114693641659e+09,'failed','no answer (ConnectionError)',0,'message',NULL);
INSERT INTO "attempt" VALUES('af1d7d1bc6c9417b9c5cfb43c55c236f','fee5d6a065d84d5cbe3853aca1bd8b90','7078ba96ad904804b5091a5153e06c85','webhook at 127.0.0.1 (f18b79)',1,1.79603803119268584254e+09,1.7960380312135477066e+09,'failed','no answer (ConnectionError)',0,'message',NULL);
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
CREATE TABLE home_state (
    name TEXT PRIMARY KEY,         -- language, volume, rate_words_per_minute
    value TEXT NOT NULL            -- JSON
) STRICT;
INSERT INTO "home_state" VALUES('lang','"zh"');
INSERT INTO "home_state" VALUES('reminders_planned_by','["Asia/Shanghai", {}]');
INSERT INTO "home_state" VALUES('volume','0.95');
INSERT INTO "home_state" VALUES('rate','160');
INSERT INTO "home_state" VALUES('medicine_warnings_told','{"family": [], "elder": [], "list": "1dbd58fbc72e"}');
INSERT INTO "home_state" VALUES('week_told','"2026-11-23"');
CREATE TABLE journal (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    alarm_id TEXT NOT NULL,
    state TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
INSERT INTO "journal" VALUES(1,1.79603803110912442204e+09,'8880b71298a1488cb876f888020abb19','raised','voice','着火了');
INSERT INTO "journal" VALUES(2,1.79603803113269639007e+09,'8880b71298a1488cb876f888020abb19','closed','大女儿','confirmed');
INSERT INTO "journal" VALUES(3,1.79603803115743947032e+09,'fee5d6a065d84d5cbe3853aca1bd8b90','raised','voice','救命');
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
INSERT INTO "occurrence" VALUES('eb0c569f0ffc4e8db5e649e7d1754a32','f79773b8565647daa243e6e3d3ca09b0','2026-11-30','07:30',1795995000.0,1796009400.0,'taken',NULL,1795995000.0,1795995000.0,1,1,0,1795995000.0,'','1 tablet');
INSERT INTO "occurrence" VALUES('7ec067242b084b1e8e9cb5b9fe9b9ec7','f79773b8565647daa243e6e3d3ca09b0','2026-11-30','19:30',1796038200.0,1796052600.0,'planned',1796038200.0,NULL,NULL,0,1,0,NULL,'','');
INSERT INTO "occurrence" VALUES('777308fbb289412a9dcd960eaac9de17','f79773b8565647daa243e6e3d3ca09b0','2026-12-01','07:30',1796081400.0,1796095800.0,'planned',1796081400.0,NULL,NULL,0,1,0,NULL,'','');
INSERT INTO "occurrence" VALUES('272106df1b6f46c8b175c3a9d0159c54','f79773b8565647daa243e6e3d3ca09b0','2026-12-01','19:30',1796124600.0,1796139000.0,'planned',1796124600.0,NULL,NULL,0,1,0,NULL,'','');
INSERT INTO "occurrence" VALUES('058e69187a9e40efab0ab6d8555d0be6','1468c3f82d3e407d88846464392098f7','2026-11-30','08:00',1795996800.0,1796004000.0,'unknown',NULL,1795996800.0,1795996800.0,3,1,1,1796004000.0,'','');
INSERT INTO "occurrence" VALUES('49111f93846f4e44bbbb6fbe28633f9d','1468c3f82d3e407d88846464392098f7','2026-12-01','08:00',1796083200.0,1796090400.0,'planned',1796083200.0,NULL,NULL,0,1,0,NULL,'','');
INSERT INTO "occurrence" VALUES('8177aed426194affbf0fd42613da1ef5','9d98aa22204a4ba1a5da3e37be083b3a','2026-11-30','16:00',1796025600.0,1796029200.0,'planned',1796025600.0,NULL,NULL,0,1,0,NULL,'','');
CREATE TABLE profile (
    field TEXT PRIMARY KEY,
    value TEXT NOT NULL            -- JSON
) STRICT;
INSERT INTO "profile" VALUES('birthday','"1941-03-05"');
INSERT INTO "profile" VALUES('allergies','["青霉素"]');
CREATE TABLE reminder (
    reminder_id TEXT PRIMARY KEY,
    body TEXT NOT NULL,            -- JSON: what is reminded of, its schedule and escalation
    is_active INTEGER NOT NULL,    -- 0: removed; its occurrences stay
    next_day TEXT                  -- the first day not planned yet; NULL: none will come
) STRICT;
INSERT INTO "reminder" VALUES('f79773b8565647daa243e6e3d3ca09b0','{"reminder_id":"f79773b8565647daa243e6e3d3ca09b0","title":"降压药","kind":"medicine","schedule":{"start":"2026-11-30","rrule":"FREQ=DAILY","times":[{"at":"07:30"},{"at":"19:30"}]},"amount":{"amount":"1","unit":"tablet"},"added_at":1795993200.0,"changed_at":1795993200.0}',1,'2026-12-02');
INSERT INTO "reminder" VALUES('1468c3f82d3e407d88846464392098f7','{"reminder_id":"1468c3f82d3e407d88846464392098f7","title":"华法林","kind":"medicine","schedule":{"start":"2026-11-30","rrule":"FREQ=DAILY","times":[{"at":"08:00"}]},"amount":{"amount":"1/2","unit":"tablet"},"risk":"anticoagulant","added_at":1795993200.0,"changed_at":1795993200.0}',1,'2026-12-02');
INSERT INTO "reminder" VALUES('9d98aa22204a4ba1a5da3e37be083b3a','{"reminder_id":"9d98aa22204a4ba1a5da3e37be083b3a","title":"给花浇水","schedule":{"start":"2026-11-30","rrule":"FREQ=WEEKLY;BYDAY=MO,TH","times":[{"at":"16:00"}]},"added_at":1795993200.0,"changed_at":1795993200.0}',1,'2026-12-03');
CREATE TABLE reminder_deed (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    done_at REAL NOT NULL,         -- Unix time, seconds, as all below
    kind TEXT NOT NULL,
    before TEXT NOT NULL           -- JSON: the rows as they were
) STRICT;
INSERT INTO "reminder_deed" VALUES(1,1795995000.0,'taken','{"ids": ["f79773b8565647daa243e6e3d3ca09b0"], "titles": ["降压药"], "reminder": [{"reminder_id": "f79773b8565647daa243e6e3d3ca09b0", "body": "{\"reminder_id\":\"f79773b8565647daa243e6e3d3ca09b0\",\"title\":\"降压药\",\"kind\":\"medicine\",\"schedule\":{\"start\":\"2026-11-30\",\"rrule\":\"FREQ=DAILY\",\"times\":[{\"at\":\"07:30\"},{\"at\":\"19:30\"}]},\"amount\":{\"amount\":\"1\",\"unit\":\"tablet\"},\"added_at\":1795993200.0,\"changed_at\":1795993200.0}", "is_active": 1, "next_day": "2026-12-02"}], "occurrence": [{"occurrence_id": "eb0c569f0ffc4e8db5e649e7d1754a32", "reminder_id": "f79773b8565647daa243e6e3d3ca09b0", "day": "2026-11-30", "slot": "07:30", "due_at": 1795995000.0, "until_at": 1796009400.0, "state": "announced", "act_at": 1795995900.0, "announced_at": 1795995000.0, "round_at": 1795995000.0, "step": 1, "is_told": 0, "family": 0, "settled_at": null, "reason": "", "amount": ""}, {"occurrence_id": "7ec067242b084b1e8e9cb5b9fe9b9ec7", "reminder_id": "f79773b8565647daa243e6e3d3ca09b0", "day": "2026-11-30", "slot": "19:30", "due_at": 1796038200.0, "until_at": 1796052600.0, "state": "planned", "act_at": 1796038200.0, "announced_at": null, "round_at": null, "step": 0, "is_told": 1, "family": 0, "settled_at": null, "reason": "", "amount": ""}, {"occurrence_id": "777308fbb289412a9dcd960eaac9de17", "reminder_id": "f79773b8565647daa243e6e3d3ca09b0", "day": "2026-12-01", "slot": "07:30", "due_at": 1796081400.0, "until_at": 1796095800.0, "state": "planned", "act_at": 1796081400.0, "announced_at": null, "round_at": null, "step": 0, "is_told": 1, "family": 0, "settled_at": null, "reason": "", "amount": ""}, {"occurrence_id": "272106df1b6f46c8b175c3a9d0159c54", "reminder_id": "f79773b8565647daa243e6e3d3ca09b0", "day": "2026-12-01", "slot": "19:30", "due_at": 1796124600.0, "until_at": 1796139000.0, "state": "planned", "act_at": 1796124600.0, "announced_at": null, "round_at": null, "step": 0, "is_told": 1, "family": 0, "settled_at": null, "reason": "", "amount": ""}], "stock": [{"medicine": "降压药", "title": "降压药", "amount": "30", "unit": "tablet", "warn_days": 7, "is_warned": 0}]}');
CREATE TABLE reminder_notice (
    notice_id TEXT PRIMARY KEY,
    at REAL NOT NULL,
    body TEXT NOT NULL,            -- JSON: what the family is to be told
    is_told INTEGER NOT NULL       -- 0: owed
) STRICT;
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
CREATE TABLE skill_storage (
    skill TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,           -- JSON
    PRIMARY KEY (skill, key)
) STRICT;
INSERT INTO "skill_storage" VALUES('tea','cups','3');
INSERT INTO "skill_storage" VALUES('tea','kinds','{"绿茶": 2, "red": [1, null]}');
INSERT INTO "skill_storage" VALUES('meals','last','"粥"');
CREATE TABLE stock (
    medicine TEXT PRIMARY KEY,     -- its name in small letters
    title TEXT NOT NULL,
    amount TEXT NOT NULL,          -- a fraction
    unit TEXT NOT NULL,
    warn_days INTEGER NOT NULL,
    is_warned INTEGER NOT NULL
) STRICT;
INSERT INTO "stock" VALUES('降压药','降压药','29','tablet',7,0);
INSERT INTO "stock" VALUES('华法林','华法林','7','tablet',7,0);
CREATE INDEX attempt_of_alarm ON attempt (alarm_id, round);
CREATE TRIGGER journal_is_append_only_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_append_only_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX reminder_to_plan ON reminder (next_day) WHERE is_active AND next_day IS NOT NULL;
CREATE INDEX occurrence_to_act ON occurrence (act_at) WHERE act_at IS NOT NULL;
CREATE INDEX occurrence_due ON occurrence (due_at);
CREATE INDEX occurrence_of_reminder ON occurrence (reminder_id, due_at);
CREATE INDEX occurrence_owed ON occurrence (due_at) WHERE family = 1;
CREATE INDEX occurrence_by_time_alone ON occurrence (until_at)
    WHERE state IN ('due', 'announced', 'snoozed', 'unknown', 'missed');
CREATE INDEX reminder_notice_owed ON reminder_notice (at) WHERE is_told = 0;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('journal',3);
COMMIT;
PRAGMA user_version = 6;

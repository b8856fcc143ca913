-- What added sensors told that still holds, and what is being done about it.
CREATE TABLE sensor_latch (
    rule TEXT NOT NULL,
    sensor TEXT NOT NULL,
    device TEXT NOT NULL,
    since REAL NOT NULL,           -- Unix time, seconds
    PRIMARY KEY (rule, sensor, device)
) STRICT;

CREATE TABLE sensor_case (
    case_id TEXT PRIMARY KEY,
    body TEXT NOT NULL             -- JSON: the case, until it is over
) STRICT;

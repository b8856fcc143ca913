-- What stands on the shelf.
CREATE TABLE shelf_jar (
    jar INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    grams INTEGER NOT NULL CHECK (grams >= 0)
) STRICT;

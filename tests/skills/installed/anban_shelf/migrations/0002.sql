ALTER TABLE shelf_jar ADD COLUMN place TEXT NOT NULL DEFAULT 'left';
INSERT INTO shelf_jar (name, grams) VALUES ('盐', 500);

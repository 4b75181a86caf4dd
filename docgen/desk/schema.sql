-- The data of the desk.  The intakes of a file are numbered from 0 in reading order.
CREATE TABLE IF NOT EXISTS files (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL, path_name TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
  added TEXT NOT NULL, state TEXT NOT NULL, refusal TEXT NOT NULL DEFAULT '{}',
  kit TEXT NOT NULL DEFAULT '', stamp TEXT NOT NULL DEFAULT '', outside TEXT NOT NULL DEFAULT '[]',
  has_more INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS intakes (
  file INTEGER NOT NULL REFERENCES files, n INTEGER NOT NULL,
  name TEXT NOT NULL, folded TEXT NOT NULL, verdict TEXT NOT NULL, is_named INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1, data TEXT NOT NULL, PRIMARY KEY (file, n)
);
CREATE INDEX IF NOT EXISTS intakes_by_customer ON intakes (folded);
CREATE INDEX IF NOT EXISTS files_by_content ON files (sha256);
-- The last amendment of an answer that is not undone applies.
CREATE TABLE IF NOT EXISTS amendments (
  number INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL REFERENCES files, n INTEGER NOT NULL,
  field TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
  who TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL, is_undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS amendments_of_intakes ON amendments (file, n);
-- Commercial terms of one intake, as written; those of file 0 apply to every intake.
CREATE TABLE IF NOT EXISTS terms (
  file INTEGER NOT NULL, n INTEGER NOT NULL, key TEXT NOT NULL, written TEXT NOT NULL, PRIMARY KEY (file, n, key)
);
CREATE TABLE IF NOT EXISTS runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, request TEXT NOT NULL, state TEXT NOT NULL,
  started TEXT NOT NULL, ended TEXT NOT NULL DEFAULT '', progress TEXT NOT NULL DEFAULT '{}',
  message TEXT NOT NULL DEFAULT ''
);
-- Who did what; entries are never changed.
CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
  about TEXT NOT NULL, details TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_deleted BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

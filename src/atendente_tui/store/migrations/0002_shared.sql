-- What a team shares: its configuration, and who has which ticket open; and what a stale reply was stale by.

CREATE TABLE setting (
  kind TEXT NOT NULL,             -- script | macro | calendar | sla_policy
  key TEXT NOT NULL,
  body TEXT NOT NULL,             -- as the backend keeps it
  updated INTEGER,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID;

CREATE TABLE presence (
  ticket TEXT NOT NULL,           -- remote id: who looks may be told before the ticket is
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  writing INTEGER NOT NULL,
  until INTEGER NOT NULL,         -- not believed any longer than this
  PRIMARY KEY (ticket, login)
) WITHOUT ROWID;

ALTER TABLE outbox ADD COLUMN events TEXT; -- on a conflict, what was said since, as a list of changes

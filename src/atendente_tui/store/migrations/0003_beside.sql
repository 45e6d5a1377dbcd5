-- What an agent does beside a ticket and no helpdesk is told of: the place in a guided script, what of a checklist is done.

CREATE TABLE beside (
  ticket_id INTEGER NOT NULL REFERENCES ticket(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,             -- script | item
  name TEXT NOT NULL,             -- of the script, of the item of the process
  value TEXT NOT NULL,            -- where one stands, as JSON; "done"
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  PRIMARY KEY (ticket_id, kind, name)
) WITHOUT ROWID;

ALTER TABLE outbox ADD COLUMN batch TEXT; -- of commands that were given as one and are taken back as one

-- Work on a ticket that no command has told of yet, in milliseconds: it goes with the next answer, note or wrap-up.
CREATE TABLE worked (
  ticket_id INTEGER NOT NULL REFERENCES ticket(id) ON DELETE CASCADE,
  agent TEXT NOT NULL,            -- login
  active INTEGER NOT NULL,
  hold INTEGER NOT NULL,
  after INTEGER NOT NULL,
  PRIMARY KEY (ticket_id, agent)
) WITHOUT ROWID;

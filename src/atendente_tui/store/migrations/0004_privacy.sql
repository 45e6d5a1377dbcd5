-- What must not come back (an erasure ends here, not at the helpdesk), and what must not go.

CREATE TABLE erased (
  hash TEXT PRIMARY KEY,          -- of what the helpdesk calls a ticket or a person; nothing leads back from it
  salt TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE legal_hold (
  customer_id INTEGER PRIMARY KEY REFERENCES customer(id) ON DELETE CASCADE,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL
);

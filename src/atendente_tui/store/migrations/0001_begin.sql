-- The store's first shape. Moments are integer milliseconds of UTC; lists and maps are JSON text.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  remote_id TEXT UNIQUE,
  name TEXT NOT NULL,
  social_name TEXT,
  segment TEXT,
  preferred_channel TEXT,
  language TEXT,
  updated INTEGER NOT NULL,
  merged_into INTEGER REFERENCES customer(id)
);

CREATE TABLE identity (
  customer_id INTEGER NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  normal TEXT NOT NULL,           -- what equality is judged on
  value TEXT NOT NULL,            -- as received
  PRIMARY KEY (customer_id, kind, normal)
) WITHOUT ROWID;
CREATE INDEX identity_normal ON identity (normal, kind);

CREATE TABLE fact (
  customer_id INTEGER NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  PRIMARY KEY (customer_id, name)
) WITHOUT ROWID;

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY,
  remote_id TEXT UNIQUE,          -- NULL until the backend confirmed its creation
  protocol TEXT UNIQUE,
  subject TEXT NOT NULL,
  customer_id INTEGER NOT NULL REFERENCES customer(id),
  channel TEXT NOT NULL,
  status TEXT NOT NULL,
  remote_status TEXT,             -- what the backend last said: only a change of it overrules ours
  priority TEXT NOT NULL,
  impact TEXT,
  assignee TEXT,
  team TEXT,
  tier TEXT,
  reason TEXT,
  wrap_up TEXT,
  tags TEXT NOT NULL DEFAULT '[]',
  fields TEXT NOT NULL DEFAULT '{}',
  opened INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  solved INTEGER,
  snoozed_until INTEGER,
  keep_snoozed INTEGER NOT NULL DEFAULT 0,
  merged_into INTEGER REFERENCES ticket(id),
  version TEXT,
  first_reply INTEGER,            -- first human public reply
  last_inbound INTEGER,           -- newest message of the customer
  last_outbound INTEGER,          -- newest human public reply
  waiting_since INTEGER,          -- the customer's oldest message that nobody answered
  paused_since INTEGER,           -- waiting on the customer since
  pauses TEXT NOT NULL DEFAULT '[]', -- ended pauses, [[from, to], ...]
  newest_event INTEGER,           -- event.key
  seen_event INTEGER,             -- event.key up to which this agent has read
  score INTEGER NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '[]', -- [["part", points], ...]; sums to score
  sla_target TEXT,
  sla_due INTEGER,
  sla_state TEXT NOT NULL DEFAULT 'none',
  recheck INTEGER,                -- when score or SLA state will next change by time alone
  mark INTEGER                    -- digest of what the backend last said; the same again is not laid over the row again
);
CREATE INDEX ticket_customer ON ticket (customer_id, opened DESC);
-- Live tickets are few among many: their orders are partial indexes. What views filter by stands at their end, so that
-- a row that is passed over is not read.
CREATE INDEX ticket_live_score ON ticket (score DESC, id, status, assignee, team, sla_state)
  WHERE status IN ('new','open','pending','on_hold');
CREATE INDEX ticket_live_assignee ON ticket (assignee, score DESC, id, status, team)
  WHERE status IN ('new','open','pending','on_hold');
CREATE INDEX ticket_live_team ON ticket (team, score DESC, id, status, assignee)
  WHERE status IN ('new','open','pending','on_hold');
CREATE INDEX ticket_live_due ON ticket (sla_due, id, status, assignee, team)
  WHERE status IN ('new','open','pending','on_hold') AND sla_due IS NOT NULL;
CREATE INDEX ticket_live_updated ON ticket (updated DESC, id, status, assignee, team, sla_state)
  WHERE status IN ('new','open','pending','on_hold');
CREATE INDEX ticket_live_opened ON ticket (opened DESC, id, status, assignee, team, sla_state)
  WHERE status IN ('new','open','pending','on_hold');
-- Targets at risk or broken are fewer still.
CREATE INDEX ticket_sla ON ticket (sla_due, id)
  WHERE status IN ('new','open','pending','on_hold') AND sla_state IN ('at_risk','broken');
CREATE INDEX ticket_snoozed ON ticket (snoozed_until, id) WHERE status = 'snoozed';
CREATE INDEX ticket_recheck ON ticket (recheck) WHERE recheck IS NOT NULL;
-- Every ticket, for the views over all of them.
CREATE INDEX ticket_updated ON ticket (updated DESC, id);
CREATE INDEX ticket_opened ON ticket (opened DESC, id, status);
CREATE INDEX ticket_score ON ticket (score DESC, id);
CREATE INDEX ticket_status ON ticket (status, updated DESC, id);

-- Changed here: what the backend said last must be compared again, field by field, when it says it once more.
CREATE TRIGGER ticket_changed_here AFTER UPDATE OF
  status, priority, impact, assignee, team, tier, reason, tags, solved, snoozed_until, merged_into, remote_id, customer_id
  ON ticket WHEN NEW.mark IS NOT NULL AND NEW.mark IS OLD.mark
BEGIN UPDATE ticket SET mark = NULL WHERE id = NEW.id; END;

CREATE TABLE ticket_tag (
  tag TEXT NOT NULL,
  ticket_id INTEGER NOT NULL REFERENCES ticket(id) ON DELETE CASCADE,
  PRIMARY KEY (tag, ticket_id)
) WITHOUT ROWID;
CREATE INDEX ticket_tag_ticket ON ticket_tag (ticket_id);

-- Maintained counts, so that a view's number is a sum over a few rows. '' stands for none.
CREATE TABLE tally (
  status TEXT NOT NULL,
  assignee TEXT NOT NULL,
  team TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (status, assignee, team)
) WITHOUT ROWID;

-- key = milliseconds << 6, counted up where taken: orders the timeline and, negated, the full text.
CREATE TABLE event (
  key INTEGER PRIMARY KEY,
  remote_id TEXT UNIQUE,
  ticket_id INTEGER REFERENCES ticket(id),
  customer_id INTEGER NOT NULL REFERENCES customer(id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT,
  direction TEXT NOT NULL,
  author_kind TEXT NOT NULL,
  author TEXT NOT NULL,
  public INTEGER NOT NULL,
  text TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}',
  command_id TEXT
);
CREATE INDEX event_ticket ON event (ticket_id, key) WHERE ticket_id IS NOT NULL;
CREATE INDEX event_customer ON event (customer_id, key);
CREATE UNIQUE INDEX event_command ON event (command_id) WHERE command_id IS NOT NULL;

CREATE TABLE attachment (
  event_key INTEGER NOT NULL REFERENCES event(key) ON UPDATE CASCADE ON DELETE CASCADE,
  n INTEGER NOT NULL,
  remote_id TEXT NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size INTEGER,
  PRIMARY KEY (event_key, n)
) WITHOUT ROWID;

CREATE TABLE promise (
  id TEXT PRIMARY KEY,            -- id of the command that made it
  ticket_id INTEGER NOT NULL REFERENCES ticket(id),
  due INTEGER NOT NULL,
  what TEXT NOT NULL,
  author TEXT NOT NULL,
  made INTEGER NOT NULL,
  outcome TEXT,                   -- kept | broken | cancelled
  settled INTEGER
) WITHOUT ROWID;
CREATE INDEX promise_open ON promise (due) WHERE outcome IS NULL;
CREATE INDEX promise_ticket ON promise (ticket_id);

CREATE TABLE article (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,       -- the front matter's id, else the path, else "backend:remote id"
  remote_id TEXT UNIQUE,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  audience TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]',
  product TEXT,
  language TEXT,
  review TEXT,
  url TEXT,
  updated INTEGER,
  used INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE directory (
  kind TEXT NOT NULL,             -- agent | team | wrap_up | reason | tag
  key TEXT NOT NULL,
  label TEXT NOT NULL,
  tier TEXT,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID;

CREATE TABLE outbox (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  command_id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  ticket_id INTEGER,              -- NULL for what is about no ticket
  body TEXT NOT NULL,             -- the command as JSON: the stored bytes are what is sent
  state TEXT NOT NULL,
  hold_until INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try INTEGER NOT NULL DEFAULT 0,
  may_have_arrived INTEGER NOT NULL DEFAULT 0,
  first_try INTEGER,
  error_code TEXT,
  error TEXT,
  undo TEXT NOT NULL DEFAULT '{}', -- what the visible effect replaced
  current TEXT,                   -- on a conflict, how it stands now
  receipt TEXT,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL
);
CREATE INDEX outbox_pending ON outbox (ticket_id, n)
  WHERE state IN ('held','queued','sent','unknown','refused','conflict');

CREATE TABLE draft (
  slot TEXT PRIMARY KEY,          -- "<ticket id>:reply", "<ticket id>:note" or "new:<uuid>"
  ticket_id INTEGER,
  kind TEXT NOT NULL,             -- reply | note | new
  text TEXT NOT NULL,
  cursor_line INTEGER NOT NULL DEFAULT 0,
  cursor_column INTEGER NOT NULL DEFAULT 0,
  extra TEXT NOT NULL DEFAULT '{}',
  updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  ticket_id INTEGER,
  command_id TEXT,
  detail TEXT NOT NULL DEFAULT '{}' -- never message text
);
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;

-- What sync remembers between runs: cursor, last good pull, pause asked for by the server, who we are there.
CREATE TABLE sync_state (backend TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (backend, key)) WITHOUT ROWID;

-- Changes that could not be applied, set aside whole.
CREATE TABLE poison (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  backend TEXT NOT NULL,
  change TEXT NOT NULL,
  error TEXT NOT NULL
);

-- Rows of imported files by their own id, so that the same file twice changes nothing.
CREATE TABLE imported (
  external_id TEXT PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES ticket(id)
) WITHOUT ROWID;

-- What the full text still has to read: one row a transaction, `refs` packed as little-endian int64.
CREATE TABLE index_queue (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,             -- event | ticket | customer | article | gone_event | gone_ticket | gone_customer | gone_article
  refs BLOB NOT NULL
);

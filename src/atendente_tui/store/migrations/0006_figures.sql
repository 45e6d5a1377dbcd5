-- What the figures are computed from: per ticket, contact and target the numbers that its events come to (`store.counting`).
-- Derived, and made again from the events at any time. Durations in milliseconds; moments as everywhere.

CREATE TABLE counted_ticket (
  ticket_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL,
  channel TEXT NOT NULL,
  team TEXT,
  tier TEXT,
  reason TEXT,
  direction TEXT NOT NULL,        -- of its first interaction
  agent TEXT,                     -- who solved it, else who has it
  opened INTEGER NOT NULL,
  solved INTEGER,                 -- last
  standing INTEGER NOT NULL,      -- whether it is solved still
  solved_tier TEXT,               -- where it was when it was solved
  took INTEGER,                   -- opened to last solved
  business INTEGER,               -- the same in business hours
  net INTEGER,                    -- less the time spent waiting on the customer
  net_business INTEGER,
  episodes INTEGER NOT NULL,      -- contacts
  reopened INTEGER NOT NULL,      -- 1 when it ever was
  handbacks INTEGER NOT NULL      -- times it went to a lower tier
);
CREATE INDEX counted_ticket_solved ON counted_ticket (solved) WHERE solved IS NOT NULL;
CREATE INDEX counted_ticket_same ON counted_ticket (customer_id, opened);

CREATE TABLE counted_contact (
  ticket_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  channel TEXT NOT NULL,
  team TEXT,
  tier TEXT,
  reason TEXT,
  direction TEXT NOT NULL,
  agent TEXT,                     -- who picked it up, else who acted first
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  decided INTEGER,                -- when it was picked up or abandoned; NULL while it waits, and for what never queued
  picked INTEGER NOT NULL,
  abandoned INTEGER NOT NULL,
  waited INTEGER,
  active INTEGER,                 -- NULL where nobody recorded the work
  hold INTEGER,
  after INTEGER,
  PRIMARY KEY (ticket_id, n)
) WITHOUT ROWID;
CREATE INDEX counted_contact_decided ON counted_contact (decided) WHERE decided IS NOT NULL;
CREATE INDEX counted_contact_ended ON counted_contact (ended) WHERE active IS NOT NULL;

CREATE TABLE counted_target (
  ticket_id INTEGER NOT NULL,
  kind TEXT NOT NULL,             -- first | next | resolution
  n INTEGER NOT NULL,
  channel TEXT NOT NULL,
  team TEXT,
  tier TEXT,
  reason TEXT,
  direction TEXT NOT NULL,
  agent TEXT,                     -- who answered or solved, else who has it
  started INTEGER NOT NULL,
  done INTEGER,
  took INTEGER,
  business INTEGER,
  due INTEGER,                    -- NULL without a target, or while its clock is stopped
  decided INTEGER,                -- when it was met, else the moment it broke (which may be still to come)
  PRIMARY KEY (ticket_id, kind, n)
) WITHOUT ROWID;
CREATE INDEX counted_target_done ON counted_target (kind, done) WHERE done IS NOT NULL;
CREATE INDEX counted_target_decided ON counted_target (decided) WHERE decided IS NOT NULL;

-- Tickets whose numbers are to be made anew: marked in the transaction that changes them, done when nobody waits.
CREATE TABLE count_due (ticket_id INTEGER PRIMARY KEY);
INSERT INTO count_due SELECT id FROM ticket;

-- New events are marked by who inserts them, many at once: a trigger would cost a third of a sync.
-- (No OR IGNORE in these: the conflict clause of the statement that fires a trigger would overrule it.)
CREATE TRIGGER event_counted_again AFTER UPDATE OF ticket_id, at, kind, channel, direction, author_kind, author, public, data ON event
BEGIN
  INSERT INTO count_due SELECT OLD.ticket_id WHERE OLD.ticket_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM count_due WHERE ticket_id = OLD.ticket_id);
  INSERT INTO count_due SELECT NEW.ticket_id WHERE NEW.ticket_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM count_due WHERE ticket_id = NEW.ticket_id);
END;
CREATE TRIGGER event_counted_off AFTER DELETE ON event WHEN OLD.ticket_id IS NOT NULL
BEGIN
  INSERT INTO count_due SELECT OLD.ticket_id WHERE NOT EXISTS (SELECT 1 FROM count_due WHERE ticket_id = OLD.ticket_id);
END;
CREATE TRIGGER ticket_counted AFTER INSERT ON ticket
BEGIN
  INSERT INTO count_due SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM count_due WHERE ticket_id = NEW.id);
END;
CREATE TRIGGER ticket_counted_again AFTER UPDATE OF
  customer_id, channel, status, priority, assignee, team, tier, reason, opened, solved, merged_into, paused_since, pauses ON ticket
BEGIN
  INSERT INTO count_due SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM count_due WHERE ticket_id = NEW.id);
END;
CREATE TRIGGER ticket_counted_off AFTER DELETE ON ticket
BEGIN
  INSERT INTO count_due SELECT OLD.id WHERE NOT EXISTS (SELECT 1 FROM count_due WHERE ticket_id = OLD.id);
END;
CREATE TRIGGER segment_counted AFTER UPDATE OF segment ON customer WHEN OLD.segment IS NOT NEW.segment
BEGIN
  INSERT INTO count_due SELECT id FROM ticket WHERE customer_id = NEW.id AND id NOT IN (SELECT ticket_id FROM count_due);
END;
CREATE TRIGGER rules_counted AFTER UPDATE OF value ON meta WHEN NEW.key = 'rules' AND OLD.value IS NOT NEW.value
BEGIN
  INSERT INTO count_due SELECT id FROM ticket WHERE id NOT IN (SELECT ticket_id FROM count_due);
END;

-- What agents did, by moment: who touched how many tickets.
CREATE INDEX event_agent ON event (key, author, ticket_id) WHERE author_kind = 'agent' AND ticket_id IS NOT NULL;

-- Of quality reviews: one row an item; `value` 0-1, NULL where it does not apply.
CREATE TABLE qa_scores (
  review TEXT NOT NULL,
  item TEXT NOT NULL,
  ticket_id INTEGER,
  agent TEXT,
  at INTEGER NOT NULL,
  weight REAL NOT NULL,
  value REAL,
  critical INTEGER NOT NULL,
  fatal INTEGER NOT NULL,
  PRIMARY KEY (review, item)
) WITHOUT ROWID;
CREATE INDEX qa_scores_at ON qa_scores (at);

-- Figures that others counted and we only show.
CREATE TABLE imported_figures (
  key TEXT NOT NULL,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (key, starts, ends)
) WITHOUT ROWID;

-- Reviews of the quality of tickets: what a reviewer says, item by item, and what is said of that afterwards.

CREATE TABLE qa_review (
  id TEXT PRIMARY KEY,            -- the same on every workstation
  ticket_id INTEGER NOT NULL REFERENCES ticket(id) ON DELETE CASCADE,
  card TEXT NOT NULL,
  title TEXT NOT NULL,            -- of the card
  agent TEXT NOT NULL,            -- whose work it is about
  reviewer TEXT NOT NULL,
  calibration INTEGER NOT NULL,   -- 1: only compared with others', never counted
  begun INTEGER NOT NULL,
  finished INTEGER                -- NULL for a draft
) WITHOUT ROWID;
CREATE INDEX qa_review_ticket ON qa_review (ticket_id);
CREATE INDEX qa_review_agent ON qa_review (agent);

-- An answer with the item as it stood on the card then. A review that was changed has its earlier answers still.
CREATE TABLE qa_answer (
  review TEXT NOT NULL REFERENCES qa_review(id) ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  item TEXT NOT NULL,
  n INTEGER NOT NULL,             -- place on the card
  title TEXT NOT NULL,
  help TEXT NOT NULL,
  skill TEXT NOT NULL,
  weight INTEGER NOT NULL,
  points INTEGER NOT NULL,
  may_not_apply INTEGER NOT NULL,
  critical INTEGER NOT NULL,
  fatal INTEGER NOT NULL,
  needs TEXT NOT NULL,            -- when a comment is required: never | failed | always
  answered INTEGER NOT NULL,
  given INTEGER,                  -- NULL, once answered, where it does not apply
  comment TEXT NOT NULL,
  evidence TEXT NOT NULL,         -- references to events, with spaces between
  PRIMARY KEY (review, revision, item)
) WITHOUT ROWID;

-- What was said of a review, each in a note of its own: release | acknowledge | dispute | uphold | change | calibration.
CREATE TABLE qa_step (
  id TEXT PRIMARY KEY,
  review TEXT NOT NULL REFERENCES qa_review(id) ON DELETE CASCADE,
  n INTEGER NOT NULL,             -- in the order they were heard of: the clocks of two people may differ
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  author TEXT NOT NULL,
  text TEXT NOT NULL,
  revision INTEGER,               -- of the answers it brought
  command_id TEXT                 -- of the note, where it was given here
) WITHOUT ROWID;
CREATE INDEX qa_step_review ON qa_step (review, n);

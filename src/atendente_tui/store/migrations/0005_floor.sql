-- Who is on the floor and who should be; what customers thought of it.

-- Spans that follow each other without overlapping: the one in force has no end yet.
CREATE TABLE agent_states (
  agent TEXT NOT NULL,            -- login
  since INTEGER NOT NULL,
  until INTEGER,
  state TEXT NOT NULL,            -- available | contact | after_contact | paused | training | off
  reason TEXT,                    -- of a pause
  PRIMARY KEY (agent, since)
) WITHOUT ROWID;
CREATE INDEX agent_states_since ON agent_states (since);

CREATE TABLE shifts (
  agent TEXT NOT NULL,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  PRIMARY KEY (agent, starts)
) WITHOUT ROWID;
CREATE INDEX shifts_starts ON shifts (starts);

-- Answers to surveys are events of the timeline; this only reads them. `agent`: whom it is about, else who has the ticket.
CREATE INDEX event_survey ON event (at) WHERE kind = 'survey_answer';
CREATE VIEW survey_answers AS
SELECT e.key AS id, e.ticket_id, e.customer_id,
  coalesce(json_extract(e.data, '$.agent'), (SELECT assignee FROM ticket t WHERE t.id = e.ticket_id)) AS agent,
  json_extract(e.data, '$.survey') AS kind,
  json_extract(e.data, '$.score') AS score,
  coalesce(json_extract(e.data, '$.of'), iif(json_extract(e.data, '$.survey') = 'nps', 10, 5)) AS scale,
  e.at, e.text AS comment
FROM event e WHERE e.kind = 'survey_answer' AND json_valid(e.data);

-- Who belongs to which team, as the helpdesk or the schedule said it: figures of agents' time are told apart by it.
CREATE TABLE member (
  agent TEXT NOT NULL,            -- login
  team TEXT NOT NULL,
  PRIMARY KEY (agent, team)
) WITHOUT ROWID;
CREATE INDEX member_team ON member (team);

"""What figures are made of: rows of the store, each with the moment by which it falls into a window."""

from __future__ import annotations

from atendente_tui.metrics.kpi import Beside, Source

FLOOR = 2 * 86_400_000
"""Milliseconds: a state or a shift that is older than this when the window begins is a forgotten one."""

SOLVED = Source("counted_ticket f", "f.solved", "f.ticket_id")
DECIDED = Source("counted_contact f", "f.decided", "f.ticket_id * 100000 + f.n")
ENDED = Source("counted_contact f", "f.ended", "f.ticket_id * 100000 + f.n")
ANSWERED = Source("counted_target f", "f.done", "f.ticket_id * 100000 + f.n")
DUE = Source("counted_target f", "f.decided", "(f.ticket_id * 100000 + f.n) * 4 + length(f.kind) % 4")
ANSWERS = Source(
    # As the view `survey_answers` has them; LIMIT keeps each member of the JSON from being read once a mention.
    "(SELECT e.key AS id, e.ticket_id, e.at, json_extract(e.data, '$.agent') AS about, json_extract(e.data, '$.survey') AS kind,"
    " json_extract(e.data, '$.score') AS score,"
    " coalesce(json_extract(e.data, '$.of'), iif(json_extract(e.data, '$.survey') = 'nps', 10, 5)) AS scale"
    " FROM event e WHERE e.kind = 'survey_answer' AND json_valid(e.data) AND e.at >= :start AND e.at < :end LIMIT -1) s"
    " LEFT JOIN counted_ticket f ON f.ticket_id = s.ticket_id",
    "s.at",
    "s.id",
    "s.ticket_id",
    "coalesce(s.about, f.agent)",
)
NOW = "min(:end, :now)"
OF_AGENTS = ("agent", "team", "tier")
"""What an agent's own time can be told apart by: it belongs to no channel, reason or direction."""
PLACES = {
    "team": Beside("member m", "m.agent = s.agent", "m.team"),
    "tier": Beside("directory d", "d.kind = 'agent' AND d.key = s.agent", "d.tier"),
}
SHIFTS = Source(
    "shifts s",
    "s.starts",
    "s.agent",
    "NULL",
    "s.agent",
    OF_AGENTS,
    f"s.starts > :start - {FLOOR} AND s.starts < {NOW} AND s.ends > :start",
    PLACES,
)
STATES = Source(
    "agent_states s",
    "s.since",
    "s.agent",
    "NULL",
    "s.agent",
    OF_AGENTS,
    f"s.since > :start - {FLOOR} AND s.since < {NOW} AND coalesce(s.until, :now) > :start"
    " AND s.state IN ('available','contact','after_contact')",
    PLACES,
)
REVIEWS = Source(
    "(SELECT q.review, q.ticket_id, q.agent, q.at,"
    " iif(max(q.fatal AND q.value = 0), 0.0, sum(q.weight * q.value) / nullif(sum(iif(q.value IS NULL, 0, q.weight)), 0)) AS score,"
    " max(q.fatal AND q.value = 0) AS failed,"
    " sum(iif(q.critical, q.weight * q.value, NULL)) / nullif(sum(iif(q.critical AND q.value IS NOT NULL, q.weight, 0)), 0)"
    " AS critical FROM qa_scores q WHERE q.at >= :start AND q.at < :end GROUP BY q.review) s"
    " LEFT JOIN counted_ticket f ON f.ticket_id = s.ticket_id",
    "s.at",
    "s.review",
    "s.ticket_id",
    "s.agent",
)
IMPORTED = Source("imported_figures s", "s.starts", "s.ends", "NULL", "NULL", ())
# Spans follow each other: the one in force when the shift begins is the first that can overlap it.
_IN_FORCE = "coalesce((SELECT max(b.since) FROM agent_states b WHERE b.agent = s.agent AND b.since <= s.starts), s.starts)"
SHIFT_ENDS = f"min(s.ends, {NOW})"
WORKED = (
    f"(SELECT coalesce(sum(max(0, min({SHIFT_ENDS}, coalesce(a.until, :now)) - max(s.starts, a.since, :start))), 0)"
    f" FROM agent_states a WHERE a.agent = s.agent AND a.since >= {_IN_FORCE} AND a.since < s.ends"
    " AND a.state IN ('available','contact','after_contact','training'))"
)
SPAN = f"(min(coalesce(s.until, :now), {NOW}) - max(s.since, :start))"

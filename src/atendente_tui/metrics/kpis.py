"""Every figure as data: what it is called, how it reads, and the SQL of its rows. One definition each (docs/metrics.md).

A figure is `scale` × sum(num) ÷ total over the rows of its source that fell into the window; so a row's share of it is
`scale` × num ÷ total, and the shares add up to the figure by construction.
"""

from __future__ import annotations

from collections.abc import Mapping

from atendente_tui.domain.words import Channel
from atendente_tui.i18n import later
from atendente_tui.metrics.kpi import Kpi, Part
from atendente_tui.metrics.sources import (
    ANSWERED,
    ANSWERS,
    DECIDED,
    DUE,
    ENDED,
    IMPORTED,
    REVIEWS,
    SHIFT_ENDS,
    SHIFTS,
    SOLVED,
    SPAN,
    STATES,
    WORKED,
)

_SHORT = "(f.abandoned AND f.waited < :short)"
_SERVED = (
    "f.waited <= 1000 * CASE f.channel "
    + " ".join(f"WHEN '{channel}' THEN :service_{channel}" for channel in Channel)
    + " ELSE :service_default END"
)
_ONCE = (
    "(f.episodes = 1 AND NOT f.reopened AND NOT EXISTS (SELECT 1 FROM counted_ticket o WHERE o.customer_id = f.customer_id"
    " AND o.opened > f.opened AND o.opened <= f.solved + :fcr AND o.reason IS f.reason))"
)
_TOOK = "iif(:business, f.business, f.took)"
_RESOLUTION = "iif(:net, iif(:business, f.net_business, f.net), iif(:business, f.business, f.took))"


def _share(condition: str) -> str:
    return f"100.0 * sum({condition}) / nullif(count(*), 0)"


_ALL = (
    Kpi(
        "csat",
        later("CSAT"),
        later("100 × positive answers ÷ answers; positive: {csat_positive} or more of 5"),
        "customer",
        later("when the customer answered"),
        "any",
        "%",
        "more",
        ANSWERS,
        "(s.score * 5.0 / s.scale >= :positive)",
        where="s.kind = 'csat' AND typeof(s.score) IN ('integer','real') AND s.scale > 0",
        scale=100.0,
        parts={
            "answers": Part(later("answers"), "count(*)"),
            "positive": Part(later("positive"), "sum(s.score * 5.0 / s.scale >= :positive)"),
            "average": Part(later("average of 5"), "avg(s.score * 5.0 / s.scale)"),
        },
        uses=("csat_positive",),
    ),
    Kpi(
        "nps",
        later("NPS"),
        later("% promoters (9-10) − % detractors (0-6); 7-8 count in the denominator only"),
        "customer",
        later("when the customer answered"),
        "any",
        "points",
        "more",
        ANSWERS,
        "((s.score >= 9) - (s.score <= 6))",
        where="s.kind = 'nps' AND typeof(s.score) IN ('integer','real')",
        scale=100.0,
        parts={
            "answers": Part(later("answers"), "count(*)"),
            "promoters": Part(later("promoters"), _share("s.score >= 9"), "%"),
            "passives": Part(later("passives"), _share("s.score BETWEEN 7 AND 8"), "%"),
            "detractors": Part(later("detractors"), _share("s.score <= 6"), "%"),
        },
    ),
    Kpi(
        "fcr",
        later("FCR, solved at the first contact"),
        later(
            "100 × solved with exactly one contact, not reopened, and without a new ticket of the same customer and"
            " reason within {fcr_days} days ÷ solved tickets"
        ),
        "ticket",
        later("when it was last solved"),
        "any",
        "%",
        "more",
        SOLVED,
        _ONCE,
        where="f.solved IS NOT NULL",
        scale=100.0,
        parts={
            "solved": Part(later("solved"), "count(*)", "tickets"),
            "reopened": Part(later("reopened"), "sum(f.reopened)", "tickets"),
        },
        uses=("fcr_days",),
    ),
    Kpi(
        "aht",
        later("TMA, average handling time"),
        later("mean of active + hold + after-contact seconds, by contact"),
        "contact",
        later("when the contact ended"),
        "any",
        "seconds",
        "band",
        ENDED,
        "(f.active + f.hold + f.after) / 1000.0",
        where="f.active IS NOT NULL",
        parts={
            "active": Part(later("active"), "avg(f.active) / 1000", "seconds"),
            "hold": Part(later("hold"), "avg(f.hold) / 1000", "seconds"),
            "after": Part(later("after the contact"), "avg(f.after) / 1000", "seconds"),
        },
    ),
    Kpi(
        "first_response",
        later("TMPR, first response"),
        later(
            "mean of first human public answer − opened; bots and automatic messages do not answer; after a reopening it is"
            " the next response, measured from there"
        ),
        "ticket",
        later("when it was answered"),
        "inbound",
        "seconds",
        "less",
        ANSWERED,
        f"{_TOOK} / 1000.0",
        where="f.kind = 'first' AND f.done IS NOT NULL",
        parts={
            "slowest": Part(later("slowest"), f"max({_TOOK}) / 1000.0", "seconds"),
            "next": Part(
                later("next response"),
                f"SELECT avg({_TOOK}) / 1000.0 FROM counted_target f"
                " WHERE f.kind = 'next' AND f.done >= :start AND f.done < :end{filters}",
                "seconds",
                alone=True,
            ),
        },
        clocked=True,
    ),
    Kpi(
        "resolution",
        later("TM-Resolution"),
        later("mean of last solved − opened, of tickets that are solved"),
        "ticket",
        later("when it was last solved"),
        "any",
        "seconds",
        "less",
        SOLVED,
        f"{_RESOLUTION} / 1000.0",
        where="f.solved IS NOT NULL AND f.standing",
        parts={"slowest": Part(later("slowest"), f"max({_RESOLUTION}) / 1000.0", "seconds")},
        clocked=True,
    ),
    Kpi(
        "wait",
        later("TME, average wait"),
        later("mean of picked up − entered the queue, of picked-up contacts; abandoned ones apart"),
        "contact",
        later("when it was picked up or abandoned"),
        "inbound",
        "seconds",
        "less",
        DECIDED,
        "iif(f.picked, f.waited / 1000.0, 0)",
        "f.picked",
        where="f.decided IS NOT NULL",
        parts={
            "abandoned": Part(
                later("until given up"), "avg(iif(f.abandoned, f.waited, NULL)) / 1000", "seconds"
            ),
            "longest": Part(later("longest"), "max(iif(f.picked, f.waited, NULL)) / 1000.0", "seconds"),
        },
    ),
    Kpi(
        "abandonment",
        later("Abandonment"),
        later("100 × abandoned ÷ offered; whoever gave up within {short_abandon} s is on neither side"),
        "contact",
        later("when it was picked up or abandoned"),
        "inbound",
        "%",
        "less",
        DECIDED,
        f"(f.abandoned AND NOT {_SHORT})",
        f"(NOT {_SHORT})",
        where="f.decided IS NOT NULL",
        scale=100.0,
        parts={
            "abandoned": Part(later("abandoned"), f"sum(f.abandoned AND NOT {_SHORT})"),
            "offered": Part(later("offered"), f"sum(NOT {_SHORT})"),
            "short": Part(later("given up at once"), f"sum({_SHORT})"),
        },
        uses=("short_abandon",),
    ),
    Kpi(
        "service_level",
        later("Service level"),
        later(
            "100 × picked up within the channel's time ÷ (offered − given up within {short_abandon} s); {service}"
        ),
        "contact",
        later("when it was picked up or abandoned"),
        "inbound",
        "%",
        "more",
        DECIDED,
        f"(f.picked AND {_SERVED})",
        f"(NOT {_SHORT})",
        where="f.decided IS NOT NULL",
        scale=100.0,
        parts={
            "in_time": Part(later("in time"), f"sum(f.picked AND {_SERVED})"),
            "offered": Part(later("offered"), f"sum(NOT {_SHORT})"),
        },
        uses=("short_abandon", "service"),
    ),
    Kpi(
        "sla_met",
        later("SLA met"),
        later("100 × targets met ÷ targets that came to an end; at the deadline is met"),
        "ticket",
        later("when the target was met or passed"),
        "any",
        "%",
        "more",
        DUE,
        "(f.done IS NOT NULL AND f.done <= f.due)",
        where="f.decided IS NOT NULL AND f.decided <= :now",
        scale=100.0,
        parts={
            name: Part(
                label,
                f"100.0 * sum(f.kind = '{kind}' AND f.done IS NOT NULL AND f.done <= f.due)"
                f" / nullif(sum(f.kind = '{kind}'), 0)",
                "%",
            )
            for name, kind, label in (
                ("first_response", "first", later("first response")),
                ("next_response", "next", later("next response")),
                ("resolution", "resolution", later("resolution")),
            )
        },
    ),
    Kpi(
        "adherence",
        later("Adherence"),
        later("100 × overlap of scheduled and worked ÷ scheduled; pauses are not worked"),
        "agent",
        later("while the shift lasts"),
        "any",
        "%",
        "more",
        SHIFTS,
        WORKED,
        f"({SHIFT_ENDS} - max(s.starts, :start))",
        scale=100.0,
    ),
    Kpi(
        "occupancy",
        later("Occupancy"),
        later(
            "100 × (contact + after the contact) ÷ (contact + after the contact + available); pauses leave the sum"
        ),
        "agent",
        later("while the state lasts"),
        "any",
        "%",
        "band",
        STATES,
        f"iif(s.state = 'available', 0, {SPAN})",
        SPAN,
        scale=100.0,
    ),
    Kpi(
        "tickets_per_agent",
        later("Tickets by agent"),
        later("solved tickets ÷ agents who solved any; each counts for who solved it"),
        "agent",
        later("when it was last solved"),
        "any",
        "tickets",
        "",
        SOLVED,
        "1",
        total="count(DISTINCT f.agent)",
        where="f.solved IS NOT NULL AND f.standing AND f.agent IS NOT NULL",
        parts={
            "solved": Part(later("solved"), "count(*)", "tickets"),
            "agents": Part(later("agents"), "count(DISTINCT f.agent)"),
            "touched": Part(
                later("touched"),
                "SELECT nullif(count(*), 0) FROM (SELECT DISTINCT e.ticket_id, e.author FROM event e"
                " WHERE e.author_kind = 'agent' AND e.ticket_id IS NOT NULL"
                " AND e.key >= :start << 6 AND e.key < :end << 6{filters})",
                "tickets",
                alone=True,
            ),
        },
    ),
    Kpi(
        "by_tier",
        later("% by tier"),
        later("100 × solved at N1 ÷ solved; N2 and N3 likewise, hand-backs to a lower tier beside them"),
        "ticket",
        later("when it was last solved"),
        "any",
        "%",
        "more",
        SOLVED,
        "(f.solved_tier = 'N1')",
        where="f.solved IS NOT NULL AND f.standing AND f.solved_tier IS NOT NULL",
        scale=100.0,
        parts={
            **{
                tier: Part(later("solved"), _share(f"f.solved_tier = '{tier}'"), "%")
                for tier in ("N1", "N2", "N3")
            },
            "handbacks": Part(later("handed back"), "sum(f.handbacks)"),
        },
    ),
    Kpi(
        "amplification",
        later("Amplification"),
        later("imported: shares in 30 days, as the company's own listening counts them"),
        "customer",
        later("when the imported period begins"),
        "any",
        "number",
        "",
        IMPORTED,
        "30.0 * s.value",
        "(s.ends - s.starts) / 86400000.0",
        where="s.key = 'amplification'",
    ),
    Kpi(
        "qa_score",
        later("Quality score"),
        later("mean over reviews of: weighted mean over the items that apply; a fatal item makes it 0"),
        "contact",
        later("when it was reviewed"),
        "any",
        "%",
        "more",
        REVIEWS,
        "s.score",
        where="s.score IS NOT NULL",
        scale=100.0,
        parts={
            "reviews": Part(later("reviews"), "count(*)"),
            "critical": Part(later("critical items"), "100.0 * avg(s.critical)", "%"),
            "failed": Part(later("failed by a fatal item"), "sum(s.failed)"),
        },
    ),
)
KPIS: Mapping[str, Kpi] = {one.key: one for one in _ALL}

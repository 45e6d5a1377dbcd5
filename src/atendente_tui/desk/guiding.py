"""Going through a guided script beside a ticket. The place is kept in the store: other tickets and restarts change nothing.

What was left out although it must be done is on record: step and script in the audit, the reasons in an internal note
when the script is left (`account`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.desk.desk import Desk, Job, Submitted, ticket_of, written
from atendente_tui.domain.refusal import Refused
from atendente_tui.flow import machine
from atendente_tui.flow.condition import Known
from atendente_tui.flow.graph import BACK, LEARN
from atendente_tui.flow.guide import CHOOSE, NEXT, SKIP, SKIPPED, Guide, graph_of, may_skip, offered
from atendente_tui.flow.machine import Event, State
from atendente_tui.i18n import _, n_
from atendente_tui.store import beside

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.knowledge.scripts import Script
    from atendente_tui.store.writing import Tx


class Standing(NamedTuple):
    """Where one stands in a script."""

    script: Script
    guide: Guide
    state: State


def standing(db: Connection, ticket_id: int, script: Script | None) -> Standing | None:
    """Where one stands in this script beside the ticket; None when one does not, or the script has changed so that the
    place is gone."""
    there = beside.place(db, ticket_id)
    if there is None or script is None or script.guide is None or script.id != there.script:
        return None
    state = machine.load(graph_of(script.guide), there.state)
    return None if state is None else Standing(script, script.guide, state)


def begin(desk: Desk, ticket_id: int, script: Script) -> Future[State]:
    """Take up a script at its start; one that was being gone through is left. Refused: not_guided."""
    now = desk.clock.now()

    def job(tx: Tx) -> State:
        from atendente_tui.desk.known import known
        from atendente_tui.store import audit

        ticket_of(tx, ticket_id)
        if script.guide is None:
            raise Refused("not_guided", found=script.id)
        before = beside.place(tx.db, ticket_id)
        state = machine.begin(graph_of(script.guide), now, known(desk, ticket_id, tx.db))
        if not desk.dry:
            if before is not None and before.script != script.id:
                audit.record(tx, desk.agent.login, "script_left", ticket_id, script=before.script)
            beside.keep_place(tx, ticket_id, script.id, machine.dump(state), desk.agent.login)
            audit.record(tx, desk.agent.login, "script_begun", ticket_id, script=script.id)
        return state

    return desk.do(job)


def go_on(desk: Desk, ticket_id: int, script: Script) -> Future[State]:
    """The step is done. Refused: guide_gone, guide_choose, guide_over."""
    return _step(desk, ticket_id, script, Event(NEXT))


def choose(desk: Desk, ticket_id: int, script: Script, key: str) -> Future[State]:
    """Refused: guide_gone, guide_no_choice (found, allowed), guide_over."""
    return _step(desk, ticket_id, script, Event(CHOOSE, key))


def skip(desk: Desk, ticket_id: int, script: Script, reason: str = "") -> Future[State]:
    """Leave the step out. Refused: guide_gone, guide_reason for one that must be done, guide_no_skip, guide_over."""
    return _step(desk, ticket_id, script, Event(SKIP, reason.strip()))


def back(desk: Desk, ticket_id: int, script: Script) -> Future[State]:
    """To the step before. Refused: guide_gone, guide_first."""
    return _step(desk, ticket_id, script, Event(BACK))


def learn(desk: Desk, ticket_id: int, script: Script, answers: dict[str, str]) -> Future[State]:
    """What stands for variables of its texts from now on, by `Placeholder.key`. Refused: guide_gone."""
    return desk.do(
        _job(desk, ticket_id, script, *(Event(LEARN, value, name) for name, value in answers.items()))
    )


def leave(
    desk: Desk, ticket_id: int, script: Script, reason: str = "", *, noted: bool = False
) -> Future[Submitted | None]:
    """Put the script away. Before its end a reason is needed, which becomes an internal note with what was left out.

    noted   the account is a note already (it was given together with the wrap-up)

    None when there was nothing to note. Refused: guide_gone, guide_reason.
    """
    from atendente_tui.desk.answering import note_job

    said = reason.strip()

    def job(tx: Tx) -> Submitted | None:
        from atendente_tui.store import audit

        there = _standing(tx, ticket_id, script)
        if not there.state.ended:
            written(said, "guide_reason")
        text = "" if noted else account(there, said)
        submitted = note_job(desk, ticket_id, text=text)(tx) if text else None
        if not desk.dry:
            beside.drop_place(tx, ticket_id)
            action = "script_done" if there.state.ended else "script_left"
            skipped = sum(one.mark == SKIPPED for one in there.state.trail)
            audit.record(
                tx,
                desk.agent.login,
                action,
                ticket_id,
                script=script.id,
                step=there.state.place,
                skipped=skipped,
            )
        return submitted

    return desk.do(job)


def account(there: Standing, reason: str = "") -> str:
    """What colleagues should know of how the script was gone through; "" when it was as written."""
    left_out = [
        one
        for one in there.state.trail
        if one.mark == SKIPPED and one.place in there.guide.steps and there.guide.steps[one.place].required
    ]
    if not left_out and not reason:
        return ""
    lines = [_("Script “{title}”").format(title=there.script.title)]
    if not there.state.ended:
        step = there.guide.steps[there.state.place]
        lines.append(_("left at “{step}”: {reason}").format(step=step.title, reason=reason))
    elif reason:
        lines.append(reason)
    if left_out:
        lines.append(n_("{n} step left out:", "{n} steps left out:", len(left_out)).format(n=len(left_out)))
        lines += [f"- {there.guide.steps[one.place].title}: {one.value}" for one in left_out]
    return "\n".join(lines)


def values_of(state: State, values: dict[str, str]) -> dict[str, str]:
    """The variables of a ticket, with what was learnt on the way above them."""
    return {**values, **state.known}


def place_of(desk: Desk, ticket_id: int) -> beside.Place | None:
    """Which script is being gone through beside a ticket."""
    with closing(desk.store.reader()) as db:
        return beside.place(db, ticket_id)


def _step(desk: Desk, ticket_id: int, script: Script, event: Event) -> Future[State]:
    return desk.do(_job(desk, ticket_id, script, event))


def _job(desk: Desk, ticket_id: int, script: Script, *events: Event) -> Callable[[Tx], State]:
    from atendente_tui.desk.knowing import fact_job

    now = desk.clock.now()

    def job(tx: Tx) -> State:
        from atendente_tui.desk.known import known
        from atendente_tui.store import audit

        there = _standing(tx, ticket_id, script)
        state = there.state
        for event in events:
            seen = known(desk, ticket_id, tx.db)
            before = state
            state, effects = machine.step(state, Event(event.kind, event.value, event.name, seen), now)
            if state == before and event.kind != LEARN:
                raise _refused(there, event, seen)
            for effect in effects:
                if desk.dry:
                    continue
                if effect.kind == "fact":
                    _quietly(fact_job(desk, ticket_id, name=effect.data["name"]), tx)
                elif effect.kind == "deviation":
                    audit.record(
                        tx,
                        desk.agent.login,
                        "script_deviation",
                        ticket_id,
                        script=script.id,
                        step=effect.data["step"],
                    )
        if not desk.dry:
            beside.keep_place(tx, ticket_id, script.id, machine.dump(state), desk.agent.login)
        return state

    return job


def _quietly(job: Job, tx: Tx) -> None:
    """What is known already need not be said again."""
    try:
        job(tx)
    except Refused as refused:
        if refused.code not in ("nothing_to_change", "backend_cannot"):
            raise


def _standing(tx: Tx, ticket_id: int, script: Script) -> Standing:
    ticket_of(tx, ticket_id)
    there = standing(tx.db, ticket_id, script)
    if there is None:
        raise Refused("guide_gone", found=script.id)
    return there


def _refused(there: Standing, event: Event, known: Known) -> Refused:
    """Why an event changed nothing."""
    step = there.guide.steps[there.state.place]
    if event.kind == BACK:
        return Refused("guide_first")
    if there.state.ended:
        return Refused("guide_over")
    if event.kind == SKIP:
        if not may_skip(step):
            return Refused("guide_no_skip")
        return Refused("guide_reason")
    keys = ", ".join(one.key for one in offered(step, there.state, known))
    if event.kind == CHOOSE:
        return Refused("guide_no_choice", found=event.value, allowed=keys or "—")
    return Refused("guide_choose", allowed=keys)

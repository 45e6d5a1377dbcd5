"""Everything a person can ask of the screen: one row an action, by which keys, palette, help and key bar are made.

An action names what it does; who does it is found by name when it is asked for (`handlers.find`).
Contexts are the places a key counts in, innermost first: the pane with the focus ("queue", "ticket",
"customer", "composer", "library", "guide"), then "workstation", then "global". A letter never counts while a text
field has the focus, because the field takes it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from atendente_tui.i18n import later

GLOBAL = "global"
WORKSTATION = "workstation"
BOARDS = ("outbox", "promises", "poison", "scorecard", "quality", "review")
"""Full-screen lists with keys of their own."""
MONITOR = "monitor"
"""The supervisor's screen: a program of its own, in which nothing can be changed."""
TRAINING = "training"
"""Beside every other context while somebody trains."""
PRESENTING = "presenting"
"""While a scenario is presented: the screens under it are worked by the presentation."""
CONTEXTS = (
    TRAINING,
    PRESENTING,
    "queue",
    "ticket",
    "customer",
    "composer",
    "library",
    "guide",
    *BOARDS,
    MONITOR,
    WORKSTATION,
    GLOBAL,
)
"""Every context a key may be bound in, innermost first."""


class Action(NamedTuple):
    name: str
    label: str
    """English msgid; short enough for the key bar."""
    contexts: tuple[str, ...]
    keys: tuple[str, ...]
    """Defaults, in the spelling of the settings file ("ctrl+p", "?", "F3", "shift+tab")."""
    group: str
    bar: int = 0
    """Place in the key bar, lowest first; 0 stays out of it."""


_EVERYWHERE = (GLOBAL,)
_DESK = (WORKSTATION,)
_QUEUE = ("queue",)
_TICKET = ("ticket",)
_ON_TICKETS = ("queue", "ticket", "customer")
_COMPOSER = ("composer",)
_GUIDE = ("guide",)
_OUTBOX = ("outbox",)
_PROMISES = ("promises",)
_POISON = ("poison",)
_QUALITY = ("quality",)
_REVIEW = ("review",)
_MONITOR = (MONITOR,)
_TRAINING = (TRAINING,)
_PRESENTING = (PRESENTING,)
_SCORECARD = ("scorecard",)

MOVING = later("Moving about")
QUEUE = later("Queue")
ANSWERING = later("Answering")
TRIAGE = later("Triage")
TICKET = later("Ticket")
WRITING = later("Composer")
REVIEWING = later("Quality review")
GUIDE = later("Guided script")
PROGRAM = later("Program")
PRACTICE = later("Training")
GROUPS = (PRACTICE, MOVING, QUEUE, ANSWERING, TRIAGE, TICKET, WRITING, GUIDE, REVIEWING, PROGRAM)

_ALL = (
    Action("palette", later("commands"), _EVERYWHERE, ("ctrl+p",), PROGRAM, 90),
    Action("help", later("keys"), _EVERYWHERE, ("?", "f1"), PROGRAM, 95),
    Action("quit", later("quit"), _EVERYWHERE, ("ctrl+q",), PROGRAM),
    Action("theme", later("next theme"), _EVERYWHERE, ("f9",), PROGRAM),
    Action("sync", later("synchronize now"), _EVERYWHERE, ("f5",), PROGRAM),
    Action("vanished", later("tickets gone at the helpdesk"), _EVERYWHERE, ("f7",), PROGRAM),
    Action("undo", later("undo"), _EVERYWHERE, ("u",), ANSWERING, 60),
    Action("search", later("search"), _DESK, ("/",), MOVING, 80),
    Action("outbox", later("outbox and problems"), _DESK, ("O",), PROGRAM),
    Action("promises", later("promises"), _DESK, ("P",), MOVING),
    Action("qa_inbox", later("quality reviews"), _DESK, ("Q",), REVIEWING),
    Action("create", later("new ticket"), _DESK, ("N",), ANSWERING),
    Action("agent_state", later("what you are doing"), _DESK, ("D",), PROGRAM),
    Action("next", later("next"), _DESK, ("n",), MOVING, 10),
    Action("pane_queue", later("go to the queue"), _DESK, ("1",), MOVING),
    Action("pane_ticket", later("go to the ticket"), _DESK, ("2",), MOVING),
    Action("pane_customer", later("go to the customer"), _DESK, ("3",), MOVING),
    Action("pane_composer", later("go to the composer"), _DESK, ("4",), MOVING),
    Action("pane_library", later("go to scripts and articles"), _DESK, ("5",), MOVING),
    Action("pane_guide", later("go to the script beside the ticket"), _DESK, ("6",), MOVING),
    Action("zoom", later("this pane only"), _DESK, ("f10",), MOVING),
    Action("open", later("open it"), _QUEUE, ("enter",), QUEUE, 5),
    Action("peek", later("peek without claiming"), _QUEUE, ("space",), QUEUE),
    Action("mark", later("mark"), _QUEUE, ("x",), QUEUE),
    Action("mark_all", later("mark all of the view"), _QUEUE, ("X",), QUEUE),
    Action("clear_marks", later("clear the marks"), _QUEUE, ("escape",), QUEUE),
    Action("view_next", later("next view"), _QUEUE, ("]",), QUEUE),
    Action("view_previous", later("previous view"), _QUEUE, ("[",), QUEUE),
    Action("sort", later("another order"), _QUEUE, ("S",), QUEUE),
    Action("filter", later("filter"), _QUEUE, ("f",), QUEUE),
    Action("reply", later("reply"), _ON_TICKETS, ("r",), ANSWERING, 20),
    Action("note", later("note"), _ON_TICKETS, ("o",), ANSWERING, 25),
    Action("script", later("script"), _ON_TICKETS, ("s",), ANSWERING, 30),
    Action("guide", later("guided script"), _ON_TICKETS, ("G",), ANSWERING),
    Action("macro", later("macro"), (*_ON_TICKETS, *_GUIDE, "composer"), ("#",), ANSWERING),
    Action("kb", later("article"), _ON_TICKETS, ("b",), ANSWERING, 35),
    Action("escalate", later("escalate"), _ON_TICKETS, ("e",), TRIAGE, 40),
    Action("snooze", later("snooze"), _ON_TICKETS, ("z",), TRIAGE, 45),
    Action("wrap_up", later("wrap up"), _ON_TICKETS, ("t",), TRIAGE, 50),
    Action("claim", later("claim"), _ON_TICKETS, ("c",), TRIAGE, 15),
    Action("release", later("release"), _ON_TICKETS, ("d",), TRIAGE),
    Action("assign", later("assign to somebody"), _ON_TICKETS, ("a",), TRIAGE),
    Action("triage", later("triage"), _ON_TICKETS, ("i",), TRIAGE),
    Action("status", later("change the status"), _ON_TICKETS, ("T",), TRIAGE),
    Action("priority", later("change the priority"), _ON_TICKETS, ("p",), TRIAGE),
    Action("team", later("move to another team"), _ON_TICKETS, ("E",), TRIAGE),
    Action("tag", later("tags"), _ON_TICKETS, ("g",), TRIAGE),
    Action("promise", later("promise a follow-up"), _ON_TICKETS, ("m",), ANSWERING),
    Action("settle_promise", later("settle a promise"), _ON_TICKETS, (), ANSWERING),
    Action("fact", later("confirm a fact"), _ON_TICKETS, ("k",), TICKET),
    Action("suggest_article", later("suggest an article from this ticket"), _ON_TICKETS, (), TICKET),
    Action("qa_review", later("review the quality"), _ON_TICKETS, ("V",), REVIEWING),
    Action("merge", later("merge with another ticket"), _ON_TICKETS, ("M",), TICKET),
    Action("link", later("link to another ticket"), _ON_TICKETS, ("L",), TICKET),
    Action("copy", later("copy"), _ON_TICKETS, ("y",), TICKET),
    Action("copy_protocol", later("copy the protocol number"), _ON_TICKETS, ("Y",), TICKET),
    Action("reveal", later("reveal personal data"), _ON_TICKETS, ("v",), TICKET),
    Action("filter_channel", later("filter the history"), _TICKET, ("f",), TICKET),
    Action("find", later("find in the history"), _TICKET, ("ctrl+f",), TICKET),
    Action("find_next", later("find the next one"), _TICKET, ("f3",), TICKET),
    Action("find_previous", later("find the one before"), _TICKET, ("f6",), TICKET),
    Action("past_back", later("as it was one event ago"), _TICKET, ("[",), TICKET),
    Action("past_on", later("as it was one event later"), _TICKET, ("]",), TICKET),
    Action("save_attachment", later("save an attachment"), _TICKET, ("A",), TICKET),
    Action("send", later("send"), _COMPOSER, ("ctrl+s", "f8"), WRITING, 10),
    Action("send_and_next", later("send and take the next"), _COMPOSER, ("ctrl+n",), WRITING, 12),
    Action("send_and_solve", later("send and solve"), _COMPOSER, ("ctrl+r",), WRITING, 15),
    Action("switch_kind", later("reply or note"), _COMPOSER, ("f2",), WRITING, 20),
    Action("channel", later("another channel"), _COMPOSER, ("f3",), WRITING, 22),
    Action("insert_library", later("scripts and articles"), _COMPOSER, ("f4",), WRITING, 25),
    Action("review", later("what the review found"), _COMPOSER, ("ctrl+l",), WRITING, 18),
    Action("copies", later("copies"), _COMPOSER, ("ctrl+b",), WRITING),
    Action("attach", later("attach a file"), _COMPOSER, ("ctrl+t",), WRITING),
    Action("schedule", later("send later"), _COMPOSER, ("f11",), WRITING),
    Action("assistant", later("ask the assistant"), ("composer", *_ON_TICKETS), ("f12",), WRITING),
    Action("beside", later("script beside it"), _COMPOSER, ("ctrl+f",), WRITING, 27),
    Action("editor", later("edit in your editor"), _COMPOSER, ("ctrl+o",), WRITING, 30),
    Action("discard", later("discard the draft"), _COMPOSER, ("ctrl+g",), WRITING, 35),
    Action(
        "leave",
        later("back to the ticket (the draft is kept)"),
        ("composer", "library", "guide"),
        ("escape",),
        WRITING,
    ),
    Action("guide_next", later("go on"), _GUIDE, ("space",), GUIDE, 1),
    Action("guide_insert", later("insert its text"), _GUIDE, ("i",), GUIDE, 2),
    Action("guide_fill", later("fill in"), _GUIDE, ("l",), GUIDE, 3),
    Action("guide_back", later("step back"), _GUIDE, ("backspace",), GUIDE, 5),
    Action("guide_skip", later("leave it out"), _GUIDE, ("p",), GUIDE, 4),
    Action("guide_leave", later("put the script away"), _GUIDE, ("q",), GUIDE, 6),
    Action("outbox_verify", later("check whether it arrived"), _OUTBOX, ("v",), PROGRAM),
    Action("outbox_compare", later("compare"), _OUTBOX, ("c",), PROGRAM),
    Action("outbox_retry", later("send again"), _OUTBOX, ("r",), PROGRAM),
    Action("outbox_edit", later("edit and send again"), _OUTBOX, ("e",), PROGRAM),
    Action("outbox_discard", later("discard"), _OUTBOX, ("d", "delete"), PROGRAM),
    Action("outbox_export", later("export"), _OUTBOX, ("x",), PROGRAM),
    Action("outbox_poison", later("unreadable changes"), _OUTBOX, ("p",), PROGRAM),
    Action("outbox_settled", later("settled ones"), _OUTBOX, ("a",), PROGRAM),
    Action("promises_settle", later("settle"), _PROMISES, ("s",), ANSWERING),
    Action("promises_everybody", later("everybody's or mine only"), _PROMISES, ("a",), ANSWERING),
    Action("poison_retry", later("try again"), _POISON, ("r",), PROGRAM),
    Action("poison_forget", later("forget"), _POISON, ("d", "delete"), PROGRAM),
    Action("qa_acknowledge", later("I have read it"), _QUALITY, ("a",), REVIEWING),
    Action("qa_dispute", later("I see it differently"), _QUALITY, ("d",), REVIEWING),
    Action("qa_release", later("deliver"), _QUALITY, ("r",), REVIEWING),
    Action("qa_uphold", later("it stands"), _QUALITY, ("m",), REVIEWING),
    Action("qa_change", later("answer differently"), _QUALITY, ("c",), REVIEWING),
    Action("qa_ticket", later("the ticket"), _QUALITY, ("t",), REVIEWING),
    Action("qa_discard", later("throw the draft away"), _QUALITY, ("x", "delete"), REVIEWING),
    Action("qa_yes", later("yes"), _REVIEW, ("s", "y"), REVIEWING),
    Action("qa_no", later("no"), _REVIEW, ("n",), REVIEWING),
    Action("qa_na", later("does not apply"), _REVIEW, ("x",), REVIEWING),
    Action("qa_comment", later("comment"), _REVIEW, ("c",), REVIEWING),
    Action("qa_evidence", later("evidence"), _REVIEW, ("e",), REVIEWING),
    Action("qa_clear", later("take back"), _REVIEW, ("backspace", "delete"), REVIEWING),
    Action("qa_finish", later("finish"), _REVIEW, ("ctrl+s", "f8"), REVIEWING),
    Action("monitor_queue", later("the queue"), _MONITOR, ("1",), MOVING, 10),
    Action("monitor_agents", later("the agents"), _MONITOR, ("2",), MOVING, 11),
    Action("monitor_today", later("today's figures"), _MONITOR, ("3",), MOVING, 12),
    Action("monitor_risk", later("what is at risk"), _MONITOR, ("4",), MOVING, 13),
    Action("monitor_live", later("the ticket on show"), _MONITOR, ("5",), MOVING, 14),
    Action("monitor_notices", later("the notices"), _MONITOR, ("6",), MOVING, 15),
    Action("monitor_zoom", later("this pane only"), _MONITOR, ("z", "f10"), MOVING, 20),
    Action("monitor_wall", later("the wall"), _MONITOR, ("w",), MOVING, 21),
    Action("monitor_classes", later("the classes that go on"), _MONITOR, ("7",), MOVING, 22),
    Action("training_hint", later("hint"), _TRAINING, ("H", "alt+h"), PRACTICE),
    Action("training_pause", later("pause or go on"), _TRAINING, ("W", "alt+w"), PRACTICE),
    Action("training_back", later("back to before the last deed"), _TRAINING, ("B", "alt+b"), PRACTICE),
    Action("training_slower", later("slower"), _TRAINING, ("-", "alt+down"), PRACTICE),
    Action("training_faster", later("faster"), _TRAINING, ("+", "alt+up"), PRACTICE),
    Action("training_end", later("end the training"), _TRAINING, ("F", "alt+f"), PRACTICE),
    Action("training_card", later("scorecard"), _TRAINING, ("C", "alt+c"), PRACTICE),
    Action("card_save", later("save"), _SCORECARD, ("s",), PRACTICE),
    Action("present_pause", later("pause or go on"), _PRESENTING, ("space",), PRACTICE, 1),
    Action("present_on", later("next step"), _PRESENTING, ("right",), PRACTICE, 3),
    Action("present_back", later("step before"), _PRESENTING, ("left",), PRACTICE, 2),
    Action("present_leave", later("end"), _PRESENTING, ("q",), PRACTICE, 4),
)

ACTIONS: Mapping[str, Action] = {action.name: action for action in _ALL}
_ELSEWHERE = (_MONITOR, _TRAINING, _PRESENTING, _SCORECARD)
WORKING: Mapping[str, Action] = {name: one for name, one in ACTIONS.items() if one.contexts not in _ELSEWHERE}
"""Those of the workstation."""
_PRACTICE_ONLY = ("training_hint", "training_pause", "training_back", "training_slower", "training_faster")
PRACTISING: Mapping[str, Action] = {
    name: one for name, one in ACTIONS.items() if name in WORKING or one.contexts in (_TRAINING, _SCORECARD)
}
"""Those of somebody who practises."""
EXAMINED: Mapping[str, Action] = {name: one for name, one in PRACTISING.items() if name not in _PRACTICE_ONLY}
"""Those of an exam: no hints, no pause, no way back, no other speed."""
PRESENTED: Mapping[str, Action] = {
    name: one
    for name, one in ACTIONS.items()
    if one.contexts in (_PRESENTING, _SCORECARD) or name in ("palette", "help", "quit", "theme")
}
"""Those of who watches a presentation."""
READING: Mapping[str, Action] = {
    name: ACTIONS[name]
    for name in (
        *("palette", "help", "quit", "theme"),
        *("find", "find_next", "find_previous", "filter_channel", "past_back", "past_on"),
        *("copy", "copy_protocol"),
        *(name for name, one in ACTIONS.items() if one.contexts == _MONITOR),
    )
}
"""Those of the monitor: none of them writes, marks or tells anything."""
LOOKING_BACK: Mapping[str, Action] = {
    name: ACTIONS[name]
    for name in (
        *READING,
        *("open", "peek", "view_next", "view_previous", "sort", "filter", "search", "outbox", "promises"),
        *(
            "pane_queue",
            "pane_ticket",
            "pane_customer",
            "pane_composer",
            "pane_library",
            "pane_guide",
            "zoom",
        ),
        *("reveal", "leave", "beside", "training_card", "training_end", "card_save"),
    )
}
"""Those that are left once a training is over: what is done then no longer counts."""

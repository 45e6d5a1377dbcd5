"""How the places where personal data lie, and what is done with them, are called."""

from __future__ import annotations

from atendente_tui.i18n import _, later

PLACES = {
    "customer": later("customer"),
    "identity": later("addresses and documents"),
    "fact": later("known facts"),
    "ticket": later("tickets"),
    "event": later("history"),
    "attachment": later("names of attachments"),
    "promise": later("promises"),
    "beside": later("guided scripts and checklists"),
    "qa_review": later("quality reviews"),
    "qa_answer": later("answers of quality reviews"),
    "qa_step": later("what was said of quality reviews"),
    "outbox": later("outbox"),
    "draft": later("drafts"),
    "imported": later("imported rows"),
    "audit": later("record of who did what"),
    "poison": later("changes set aside"),
    "mentions": later("named in somebody else's"),
}
ACTS = {
    "reveal": later("saw in full"),
    "export": later("exported everything"),
    "outbox_export": later("exported the outbox"),
    "problems_export": later("exported what was set aside"),
    "attachment": later("saved an attachment"),
    "privacy_find": later("searched for a person"),
    "privacy_export": later("handed a person's data over"),
    "privacy_erase": later("erased a person"),
    "privacy_anonymise": later("anonymised a person"),
    "privacy_hold": later("put a legal hold"),
    "privacy_release": later("took a legal hold off"),
    "privacy_retain": later("let go what was old"),
    "privacy_mask": later("masked card numbers"),
}
CLASSES = {
    "tickets": later("solved tickets"),
    "customers": later("customers without tickets"),
    "drafts": later("drafts"),
    "problems": later("changes set aside"),
}


def held(place: str) -> str:
    return _(PLACES[place]) if place in PLACES else place


def act(action: str) -> str:
    return _(ACTS[action]) if action in ACTS else action


def retained(name: str) -> str:
    return _(CLASSES[name]) if name in CLASSES else name

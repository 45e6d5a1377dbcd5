"""What the hub can be asked for: one file a subject, each with its `router`."""

from fastapi import APIRouter

from atendente_tui.hub.routes import (
    attachments,
    changes,
    classes,
    commands,
    content,
    health,
    hints,
    inbound,
    me,
    presence,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    me.router,
    changes.router,
    commands.router,
    hints.router,
    presence.router,
    attachments.router,
    inbound.router,
    content.router,
    classes.router,
)

"""A team's own backend: takes commands, gives changes, exact about who was first and what comes next (docs/hub.md)."""

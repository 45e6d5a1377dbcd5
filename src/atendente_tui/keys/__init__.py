"""The store's key: where it lies, how a person unlocks it, and how it is written down. Never in the configuration."""

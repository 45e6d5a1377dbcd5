"""Names of the facts that are known about a customer, so that nobody asks twice. What people read is in labels."""

from __future__ import annotations

IDENTITY_CONFIRMED = "identity_confirmed"
CPF_CONFIRMED = "cpf_confirmed"
ADDRESS_CONFIRMED = "address_confirmed"
PHONE_CONFIRMED = "phone_confirmed"
EMAIL_CONFIRMED = "email_confirmed"
ORDER_NUMBER = "order_number"

KNOWN_FACTS: tuple[str, ...] = (
    IDENTITY_CONFIRMED,
    CPF_CONFIRMED,
    ADDRESS_CONFIRMED,
    PHONE_CONFIRMED,
    EMAIL_CONFIRMED,
    ORDER_NUMBER,
)
"""In the order in which they are asked and shown. Backends may bring others: they are shown by their own name."""

WITH_VALUE = frozenset({ORDER_NUMBER})
"""Facts whose value matters; of the others it only matters that they are known ("yes")."""

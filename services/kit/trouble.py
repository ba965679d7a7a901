"""From when on something is trouble: the one place of these limits, for the alerts and for ``casella doctor``.

``deploy/observability/alerts.yaml`` repeats them in seconds, and a test compares. None is a promise to a customer:
those are policy and stand with the rows that they concern.
"""

from datetime import timedelta

UNDELIVERED = timedelta(minutes=5)
"""A wake or an email normally leaves within a second; a restart of Temporal or the mail server takes less than this."""

NEEDS_OPERATOR = timedelta(hours=1)
"""So long a run may need an operator."""

MONEY_WAITING = timedelta(days=1)
"""So long money that pays nothing by itself may wait for a person."""

RECEIPTS_UNREAD = timedelta(minutes=15)
"""The certified mailbox is read each minute; an SdI receipt in it may be a rejection, with five days to act."""

EVENTS_UNFETCHED = timedelta(hours=1)
"""Payment events that got lost are fetched every ten minutes."""

STATEMENT_OLD = timedelta(days=4)
"""Banks tell of every working day, so this is a long weekend; who paid by transfer meanwhile waits to be unlocked."""

WEBHOOKS_FAILING = timedelta(hours=1)
"""So long an endpoint of ours may fail before its owner should hear of it."""

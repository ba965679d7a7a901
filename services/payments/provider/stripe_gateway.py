"""Stripe behind `PaymentProvider`, out of one part for each of its concerns.

Events are triggers: what counts is what Stripe answers when asked for the object.
"""

from services.payments.provider.stripe_charges import StripeCharges
from services.payments.provider.stripe_disputes import StripeDisputes
from services.payments.provider.stripe_events import StripeEvents
from services.payments.provider.stripe_pages import StripePages
from services.payments.provider.stripe_refunds import StripeRefunds


class StripeGateway(StripePages, StripeCharges, StripeRefunds, StripeDisputes, StripeEvents):
    """Checkout Sessions, PaymentIntents, Refunds, Disputes and events of one Stripe account."""

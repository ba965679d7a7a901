"""What payments reads from the environment beside what every room reads.

Production refuses play money and the example account; local mode refuses a live key.
"""

from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import model_validator

from services.kit.settings import RoomSettings, UnsafeSettings
from services.payments.domain.pay_links import SHORTEST_KEY
from services.payments.domain.transfer import BankAccount

EXAMPLE_IBAN = "IT60X0542811101000000123456"
"""The Bank of Italy's own example of an IBAN: nobody's account."""
LIVE_KEY = ("sk_live_", "rk_live_")


class PaymentsSettings(RoomSettings):
    """Payments' settings.

    Attributes:
        stripe_key_file: the secret key of the Stripe account; its prefix says which mode's events are ours.
        stripe_webhook_secret_file: the secret of our webhook endpoint (`whsec_…`).
        stripe_url: another address of Stripe's API, for the stand-in; empty for Stripe itself.
        stripe_timeout_seconds: how long one call of the API may take; below the callers' deadlines.
        pay_link_key_file: the key of the emailed pay links, at least 32 bytes; a new one ends all links that were sent.
        bank_iban: the account to which customers transfer, and whose statements are imported.
        bank_holder: its holder, exactly as the bank knows it: banks compare the payee's name.
        bank_bic: its BIC; may be empty.
    """

    stripe_key_file: Path
    stripe_webhook_secret_file: Path
    stripe_url: str = ""
    stripe_timeout_seconds: float = 4.0
    pay_link_key_file: Path
    bank_iban: str = EXAMPLE_IBAN
    bank_holder: str = "Casella Esempio S.r.l."
    bank_bic: str = ""

    @model_validator(mode="after")
    def _refuse_mixed_money(self) -> Self:
        """Refuse real money on a desk, and play money in production."""
        live = self.stripe_key.startswith(LIVE_KEY)
        if self.local and live:
            raise UnsafeSettings("CASELLA_STRIPE_KEY_FILE holds a live key: local mode takes a test key (sk_test_…)")
        if not self.local and not live:
            raise UnsafeSettings("CASELLA_STRIPE_KEY_FILE holds no live key: production needs one (sk_live_…)")
        if not self.local and self.stripe_url:
            raise UnsafeSettings("CASELLA_STRIPE_URL is for the stand-in: unset it in production")
        if not self.local and self.bank_account.iban == EXAMPLE_IBAN:
            raise UnsafeSettings("CASELLA_BANK_IBAN is the example account: set your own")
        if len(self.pay_link_key) < SHORTEST_KEY:
            raise UnsafeSettings(f"the file of CASELLA_PAY_LINK_KEY_FILE needs at least {SHORTEST_KEY} bytes")
        return self

    @cached_property
    def stripe_key(self) -> str:
        """The secret key."""
        return self.stripe_key_file.read_text().strip()

    @cached_property
    def stripe_webhook_secret(self) -> str:
        """The webhook endpoint's secret."""
        return self.stripe_webhook_secret_file.read_text().strip()

    @cached_property
    def pay_link_key(self) -> bytes:
        """The key of the pay links."""
        return self.pay_link_key_file.read_bytes().strip()

    @cached_property
    def bank_account(self) -> BankAccount:
        """The account, checked.

        Raises:
            ValueError: IBAN, BIC or holder are not valid.
        """
        return BankAccount.parse(self.bank_iban, self.bank_holder, self.bank_bic)

"""The stamp duty of the law, which a quote foresees and an invoice shows."""

from services.kit.money import Money

STAMP_DUTY = Money(2_00)
"""On each document (DPR 642/1972, tariff, art. 13), paid electronically (decree of 17 June 2014, art. 6)."""
STAMP_DUTY_ABOVE = Money(77_47)
"""Up to this amount without VAT there is none (DPR 642/1972, tariff, art. 13, note 2)."""

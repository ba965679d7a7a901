"""How an amount of an ISO 20022 file becomes minor units: exactly, or the file is refused.

An amount that cannot be read must never become zero (pretix issue 5168: it did, and customers were mailed).
"""

import re
from decimal import Decimal

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,5})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
# ISO 4217: every other currency of a bank statement has two decimals.
_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "XAF"), 0),
    **dict.fromkeys(("XOF", "XPF", "VUV"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def minor_units(amount: str, currency: str) -> int:
    """The amount in minor units: `("12.5", "EUR")` is 1250.

    Raises:
        ValueError: The amount or the currency is malformed, or finer than the currency's minor unit. Its text repeats
            nothing of the file: it travels into answers and logs.
    """
    if not _CURRENCY.fullmatch(currency):
        raise ValueError("Ccy is not a currency")
    if not _AMOUNT.fullmatch(amount):
        raise ValueError("Amt is not an amount")
    scaled = Decimal(amount).scaleb(_DECIMALS.get(currency, 2))
    if scaled != scaled.to_integral_value():
        raise ValueError("Amt is finer than its currency's minor unit")
    return int(scaled)

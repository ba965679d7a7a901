"""To which bank accounts a refund can be transferred, and why not to others."""

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

IBAN_MISSING = "iban_missing"
IBAN_NOT_VALID = "iban_not_valid"
IBAN_NOT_SEPA = "iban_not_sepa"
IBAN_OURS = "iban_ours"
"""The statement has such a transfer as a debit and as a credit: the refund would be done, and nobody would have it."""
HOLDER_MISSING = "holder_missing"
# European Payments Council, "EPC list of SEPA scheme countries" (EPC409-09), by the country of the IBAN.
_SEPA = frozenset(
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE "
    "SI SK SM VA".split()
)


def fault_of_account(iban: str, holder: str, ours: str) -> str:
    """Why nothing can be transferred to an account from ours, as a code; empty where it can."""
    if not iban:
        return IBAN_MISSING
    try:
        parsed = IBAN(iban)
    except SchwiftyException:
        return IBAN_NOT_VALID
    if parsed.country_code not in _SEPA:
        return IBAN_NOT_SEPA
    if parsed == IBAN(ours):
        return IBAN_OURS
    return "" if holder.strip() else HOLDER_MISSING

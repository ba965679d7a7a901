"""How the operator's price list is read and checked: it loads whole and right, or not at all."""

from pathlib import Path

from services.kit.operator_files import read_yaml, validated
from services.ordering.domain.price_list import PriceList


def load_price_list(path: Path) -> PriceList:
    """Read and check a price list.

    Args:
        path: the operator's YAML file.

    Raises:
        BadFile: the file is missing, no YAML, or breaks a rule; all mistakes are named at once.
    """
    return validated(path, PriceList, read_yaml(path))

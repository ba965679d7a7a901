"""Which options are sold on which day: the operator's price list, as far as this room asks (decision 18).

Ordering reads the same file and checks all of it; prices are its own business.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.kit.operator_files import read_yaml, validated


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Option(_Part):
    code: str


class _Edition(_Part):
    valid_from: date
    options: tuple[_Option, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(option.code for option in self.options)


class OptionList(_Part):
    """The options of every edition of the price list."""

    editions: Annotated[tuple[_Edition, ...], Field(min_length=1)]

    @property
    def known(self) -> frozenset[str]:
        """The codes that any edition names."""
        return frozenset[str]().union(*(edition.codes for edition in self.editions))

    def sold_on(self, day: date) -> frozenset[str]:
        """The codes of the edition that holds on a day (Europe/Rome); none before the first begins."""
        begun = [edition for edition in self.editions if edition.valid_from <= day]
        return max(begun, key=lambda edition: edition.valid_from).codes if begun else frozenset()


def load_option_list(path: Path) -> OptionList:
    """Reads the price list.

    Raises:
        BadFile: The file is missing, no YAML, or does not say which options each edition has.
    """
    return validated(path, OptionList, read_yaml(path))

"""What is wrong with one field of an answer a customer gave; the words for it stand in the message catalogues."""

from dataclasses import dataclass
from dataclasses import field as default


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad field.

    Attributes:
        field: path of the field as the caller knows it, for example `address.postal_code`.
        key: which rule it breaks; a key of the message catalogues.
        params: values that the sentence names.
    """

    field: str
    key: str
    params: dict[str, str | int] = default(default_factory=dict)

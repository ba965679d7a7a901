"""The stories of the demo, in the order in which they begin."""

from deploy.local.demo.stories import (
    company_by_transfer,
    erased,
    german_reseller,
    late_transfer,
    never_orders,
    person_by_card,
    withdraws,
)

STORIES = (
    person_by_card.STORY,
    company_by_transfer.STORY,
    german_reseller.STORY,
    withdraws.STORY,
    late_transfer.STORY,
    erased.STORY,
    never_orders.STORY,
)

"""The stories of the demo, in the order in which they begin."""

from deploy.local.demo.stories import company_by_transfer, german_reseller, never_orders, person_by_card, withdraws

STORIES = (person_by_card.STORY, company_by_transfer.STORY, german_reseller.STORY, withdraws.STORY, never_orders.STORY)

"""The RPCs about prices: protobuf to domain and back."""

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.context import check_own
from services.kit.interceptors.around import Context
from services.kit.requests import Requests
from services.kit.validation import Violations
from services.kit.wire import to_date, to_language, to_money
from services.ordering import texts
from services.ordering.domain.items import covers, item_problems
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.price_list import Option, Plan
from services.ordering.domain.quote import Quote
from services.ordering.domain.tax import VAT_RATE
from services.ordering.enums import BILLINGS, KINDS, SIZES
from services.ordering.messages import CATALOGUE
from services.ordering.pricing.service import Pricing, QuoteWish
from services.ordering.pricing.wire import items_from, quote_message
from services.ordering.readings import Readings
from services.ordering.tax_texts import tax_notice
from services.ordering.taxing.proofs import Proofs


class PricingRpcs(OrderingServiceServicer):
    """GetPriceList and CreateQuote."""

    _pricing: Pricing
    _readings: Readings
    _requests: Requests
    _proofs: Proofs

    async def GetPriceList(
        self, request: ordering_pb2.GetPriceListRequest, context: Context
    ) -> ordering_pb2.GetPriceListResponse:
        """Prices in force, net and gross."""
        edition, policy = self._pricing.edition(), self._pricing.policy
        return ordering_pb2.GetPriceListResponse(
            version=edition.version,
            valid_from=to_date(edition.valid_from),
            plans=[self._plan(plan) for plan in sorted(edition.plans, key=lambda plan: plan.storage_gb)],
            options=[self._option(option) for option in edition.options],
            monthly_minimum=policy.monthly_minimum,
            annual_minimum=policy.annual_minimum,
            vat_rate=str(VAT_RATE),
            reseller_tiers=[
                ordering_pb2.ResellerTier(from_mailboxes=tier.from_mailboxes, discount=f"{tier.discount:.2f}")
                for tier in edition.reseller_tiers
            ],
        )

    async def CreateQuote(
        self, request: ordering_pb2.CreateQuoteRequest, context: Context
    ) -> ordering_pb2.CreateQuoteResponse:
        """Check what is asked for, see that it pays for what exists, freeze the quote."""
        violations = Violations(catalogue=CATALOGUE)
        items = items_from(violations, request.items)
        violations.check()  # a list that is too long is looked at no further
        account_id = violations.uuid("account_id", request.account_id)
        kind, billing = KINDS.word(request.kind), BILLINGS.word(request.billing)
        for problem in item_problems(items, kind, billing, self._pricing.edition(), self._pricing.policy):
            violations.add(problem.field, problem.key, **problem.params)
        call = self._requests.call(
            request.request_id, violations, account=account_id, kind=request.kind, billing=request.billing,
            items=list(request.items),
        )  # fmt: skip
        violations.check()
        check_own(account_id)
        adds = await self._pricing.adds(account_id, billing)
        if not adds and not covers(items, await self._readings.usage(account_id)):
            violations.add("items", "items_too_few")
            violations.check()
        profile = await self._proofs.saved_profile(account_id)
        tax = await self._proofs.of_quote(account_id, profile if profile and profile.kind is kind else None)
        wish = QuoteWish(account_id, CustomerKind(str(kind)), Billing(str(billing)), items, tax)
        frozen = await self._pricing.create_quote(call, wish)
        return ordering_pb2.CreateQuoteResponse(
            quote=quote_message(frozen), pages=[self._page(language, frozen.quote) for language in texts.LANGUAGES]
        )

    def _plan(self, plan: Plan) -> ordering_pb2.Plan:
        month, year = (self._pricing.price(plan.monthly, billing) for billing in (Billing.MONTHLY, Billing.ANNUAL))
        return ordering_pb2.Plan(
            size=SIZES[plan.storage_gb],
            monthly=to_money(month.net),
            annual=to_money(year.net),
            monthly_gross=to_money(month.gross),
            annual_gross=to_money(year.gross),
        )

    def _option(self, option: Option) -> ordering_pb2.OptionPrice:
        month, year = (self._pricing.price(option.monthly, billing) for billing in (Billing.MONTHLY, Billing.ANNUAL))
        return ordering_pb2.OptionPrice(
            code=option.code,
            name_it=option.name.it,
            name_en=option.name.en,
            monthly=to_money(month.net),
            annual=to_money(year.net),
            monthly_gross=to_money(month.gross),
            annual_gross=to_money(year.gross),
        )

    def _page(self, language: texts.Language, quote: Quote) -> ordering_pb2.OrderPage:
        private = quote.kind is CustomerKind.PRIVATE
        return ordering_pb2.OrderPage(
            language=to_language(language),
            button_labels=self._pricing.policy.button_labels[language],
            withdrawal_information=texts.WITHDRAWAL_INFORMATION[language] if private else "",
            start_at_once_label=texts.START_AT_ONCE_LABEL[language] if private else "",
            tax_notice=tax_notice(quote, language),
        )

"""How a payment request is made, named and read."""

import contextlib
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date
from services.kit.causes import Cause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady
from services.kit.ids import derive
from services.kit.money import Money
from services.payments.domain.pay_links import PayLinks, hash_of
from services.payments.domain.payment_requests import Method, PaymentRequest, RequestState
from services.payments.domain.proforma_numbers import key_of
from services.payments.domain.references import CreditorReference
from services.payments.errors import AmountMismatch, ProformaConflict
from services.payments.service.assigning import Assigning
from services.payments.store import credit, paying, requests, waking

_REFERENCES_TRIED = 5


class PaymentRequests:
    """Makes and reads payment requests."""

    def __init__(self, database: Database, clock: Clock, links: PayLinks, assigning: Assigning) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock
        self._links = links
        self._assigning = assigning

    async def create(self, cause: Cause, account_id: UUID, total: Money, method: Method) -> PaymentRequest:
        """Make the request of an order or of a period, once; the account's credit is used for it first.

        Where credit covers all, it is paid at once, on this day.

        Raises:
            AmountMismatch: There is one for it with another account, total or method.
        """
        request_id = derive("payment_request", str(cause.key))
        token_hash = hash_of(self._links.token(request_id))
        for salt in range(_REFERENCES_TRIED):
            asked = PaymentRequest(
                request_id=request_id,
                cause=cause,
                account_id=account_id,
                amount=total,
                credit=Money(0, total.currency),
                method=method,
                state=RequestState.OPEN,
                reference=CreditorReference.derive(request_id, salt),
                attempt=0,
                proforma_number=None,
                created_at=self._clock.now(),
                paid_at=None,
                available_on=None,
                closed_at=None,
                close_reason=None,
                live=None,
            )
            with contextlib.suppress(_Taken):
                async with self._database.transaction() as conn:
                    return await self._insert(conn, asked, token_hash)
            async with self._database.reading() as conn:
                first = await requests.by_cause(conn, cause)
            if first is not None:
                return _same(first, asked)
        raise NotReady("no free creditor reference was found")

    async def _insert(self, conn: AsyncConnection, asked: PaymentRequest, token_hash: bytes) -> PaymentRequest:
        """Insert a request less the credit that there is.

        Raises:
            _Taken: There is one for its cause, or the reference is another's: the credit stays where it was.
        """
        now = asked.created_at
        used = await credit.take_up_to(conn, asked.account_id, asked.total, now)
        made = replace(asked, amount=asked.total - used, credit=used)
        if not made.amount:
            made = replace(made, state=RequestState.PAID, paid_at=now, available_on=rome_date(now))
        if not await requests.create(conn, made, token_hash):
            raise _Taken
        if used:
            await paying.reserve(conn, made.request_id, made.account_id, used, now)
        if made.available_on is not None:
            await paying.apply_reserved(conn, made.request_id, used, made.available_on, now)
            await requests.tell_paid(conn, made.request_id, made.cause, made.account_id, used, now)
            await waking.wake_for_payment(conn, made.cause, now)
        elif await self._assigning.pay_by_what_came(conn, made, now):
            return await requests.by_id(conn, made.request_id) or made
        return made

    async def record_proforma(self, request_id: UUID, number: str) -> PaymentRequest:
        """Note the proforma's number, once.

        Raises:
            NotFound: No such request.
            ProformaConflict: The request has another number, or the number another request.
        """
        async with self._database.single() as conn:
            recorded = await requests.record_proforma(conn, request_id, number, key_of(number))
            request = await requests.by_id(conn, request_id)
        if request is None:
            raise NotFound
        if not recorded:
            raise ProformaConflict
        return request

    async def paid(self, after: UUID | None, most: int) -> list[PaymentRequest]:
        """Read the paid requests of all customers after one, by id."""
        async with self._database.reading() as conn:
            return await requests.paid(conn, after, most)

    async def by_id(self, request_id: UUID, owner: UUID | None) -> PaymentRequest:
        """Read a request.

        Args:
            request_id: Its id.
            owner: The account to which it must belong; None for callers who see all.

        Raises:
            NotFound: No such request, or another customer's.
        """
        async with self._database.reading() as conn:
            return _owned(await requests.by_id(conn, request_id), owner)

    async def by_reference(self, reference: CreditorReference, owner: UUID | None) -> PaymentRequest:
        """Read the request of a creditor reference; as `by_id`."""
        async with self._database.reading() as conn:
            return _owned(next(iter(await requests.by_references(conn, [reference])), None), owner)

    async def by_proforma(self, number: str, owner: UUID | None) -> PaymentRequest:
        """Read the request of a proforma, by its number as a person writes it; as `by_id`."""
        async with self._database.reading() as conn:
            return _owned(next(iter(await requests.by_proforma_keys(conn, [key_of(number)])), None), owner)

    async def by_order(self, order_id: UUID, owner: UUID | None) -> PaymentRequest:
        """Read an order's request; as `by_id`."""
        async with self._database.reading() as conn:
            return _owned(await requests.by_order(conn, order_id), owner)

    async def by_period(self, period_id: UUID, owner: UUID | None) -> PaymentRequest:
        """Read a period's request; as `by_id`."""
        async with self._database.reading() as conn:
            return _owned(await requests.by_period(conn, period_id), owner)


class _Taken(Exception):
    """The row that was to be inserted is there already, or its reference is another row's."""


def _same(first: PaymentRequest, asked: PaymentRequest) -> PaymentRequest:
    if (first.account_id, first.total, first.method) != (asked.account_id, asked.total, asked.method):
        raise AmountMismatch
    return first


def _owned(request: PaymentRequest | None, owner: UUID | None) -> PaymentRequest:
    if request is None or (owner is not None and request.account_id != owner):
        raise NotFound
    return request

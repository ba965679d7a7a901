"""The RPCs about billing profiles: protobuf to domain and back."""

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import operators_entry
from services.kit.context import check_own
from services.kit.interceptors.around import Context
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.ordering.domain.profile import problems, tidied
from services.ordering.enums import KINDS
from services.ordering.messages import CATALOGUE
from services.ordering.profiles.service import FIELD, Profiles, ProfileToSave, refuse_unserved
from services.ordering.profiles.wire import party_message, profile_of


class ProfileRpcs(OrderingServiceServicer):
    """SaveBillingProfile and GetBillingProfile."""

    _profiles: Profiles
    _requests: Requests

    async def SaveBillingProfile(
        self, request: ordering_pb2.SaveBillingProfileRequest, context: Context
    ) -> ordering_pb2.SaveBillingProfileResponse:
        """Name every bad field, or save."""
        violations = Violations(catalogue=CATALOGUE)
        account_id = violations.uuid("account_id", request.account_id)
        call = self._requests.call(
            request.request_id, violations, account=account_id, profile=request.profile, split=request.split_payment
        )
        source = f"request:{request.request_id}"
        entry = operators_entry(violations, request.steering, "save_billing_profile", account_id, source=source)
        kind = KINDS.word(request.profile.kind)
        if kind is None:
            violations.add(f"{FIELD}kind", "required")
            violations.check()
            raise AssertionError("a request without a kind was let through")
        profile = tidied(profile_of(request.profile, kind, split_payment=request.split_payment))
        refuse_unserved(profile)
        for problem in problems(profile):
            violations.add(FIELD + problem.field, problem.key, **problem.params)
        violations.check()
        check_own(account_id)
        saved = await self._profiles.save(call, ProfileToSave(account_id, profile, entry))
        return ordering_pb2.SaveBillingProfileResponse(profile=party_message(saved))

    async def GetBillingProfile(
        self, request: ordering_pb2.GetBillingProfileRequest, context: Context
    ) -> ordering_pb2.GetBillingProfileResponse:
        """Read the profile."""
        account_id = checked_uuid("account_id", request.account_id)
        check_own(account_id)
        saved = await self._profiles.get(account_id)
        return ordering_pb2.GetBillingProfileResponse(profile=party_message(saved))

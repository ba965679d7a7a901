"""Sign-ups: protobuf in, domain out, and back."""

from casella.trial.v1 import trial_pb2 as pb
from casella.trial.v1.trial_pb2_grpc import TrialServiceServicer
from services.kit.audit import steering_entry
from services.kit.clock import Clock
from services.kit.paging import page_by_moment
from services.kit.requests import Requests
from services.kit.tokens import hash_token
from services.kit.validation import checked_uuid
from services.trial.service.confirmations import Confirmations
from services.trial.service.reviews import Reviews
from services.trial.service.sign_ups import SignUps
from services.trial.servicer import checks, forms, translate


class SignUpRpcs(TrialServiceServicer):
    """The RPCs from the form to the account."""

    _clock: Clock
    _requests: Requests
    _sign_ups: SignUps
    _confirmations: Confirmations
    _reviews: Reviews

    async def SignUp(self, request: pb.SignUpRequest, context: object) -> pb.SignUpResponse:
        """Signs a visitor up."""
        found = checks.violations()
        form = forms.form(found, request)
        call = self._requests.call(
            request.request_id,
            found,
            first_name=form.first_name,
            last_name=form.last_name,
            email=form.email.key,
            country=form.country,
            language=form.language,
            consents=[[c.kind, c.document_version, c.granted] for c in form.consents],
        )
        found.check()
        return pb.SignUpResponse(sign_up_id=str(await self._sign_ups.sign_up(call, form)))

    async def ResendConfirmation(
        self, request: pb.ResendConfirmationRequest, context: object
    ) -> pb.ResendConfirmationResponse:
        """Sends the confirmation email again."""
        found = checks.violations()
        email = checks.email(found, "email", request.email)
        client = checks.client(found, request.client)
        call = self._requests.call(request.request_id, found, email=email.key)
        found.check()
        await self._sign_ups.resend(call, email, client)
        return pb.ResendConfirmationResponse()

    async def ConfirmEmail(self, request: pb.ConfirmEmailRequest, context: object) -> pb.ConfirmEmailResponse:
        """Confirms an address and begins the trial."""
        found = checks.violations()
        token = checks.token(found, "token", request.token)
        password = checks.new_password(found, "password", request.password)
        checks.client(found, request.client)
        call = self._requests.call(request.request_id, found, token_hash=hash_token(token))
        found.check()
        trial = await self._confirmations.confirm(call, token, password)
        return pb.ConfirmEmailResponse(
            account_id=str(trial.account_id), trial=translate.trial(trial, self._clock.now())
        )

    async def GetSignUp(self, request: pb.GetSignUpRequest, context: object) -> pb.GetSignUpResponse:
        """Reads a sign-up."""
        sign_up_id = checked_uuid("sign_up_id", request.sign_up_id)
        status = await self._reviews.get(sign_up_id)
        return pb.GetSignUpResponse(sign_up=translate.sign_up(status, self._clock.now()))

    async def ListSignUpsInReview(
        self, request: pb.ListSignUpsInReviewRequest, context: object
    ) -> pb.ListSignUpsInReviewResponse:
        """Lists what waits for an operator."""
        found = checks.violations()
        page = page_by_moment(found, request.page)
        found.check()
        read, now = await self._reviews.list(page.after, page.limit), self._clock.now()
        waiting, token = page.cut(read, lambda entry: (entry.status.created_at, entry.status.id))
        sign_ups = [translate.sign_up_in_review(entry, now) for entry in waiting]
        return pb.ListSignUpsInReviewResponse(sign_ups=sign_ups, next_page_token=token)

    async def GetApplicant(self, request: pb.GetApplicantRequest, context: object) -> pb.GetApplicantResponse:
        """Reads a sign-up with who signed up."""
        found = await self._reviews.look_up(checked_uuid("sign_up_id", request.sign_up_id))
        return translate.kept_sign_up(found, self._clock.now())

    async def DecideSignUp(self, request: pb.DecideSignUpRequest, context: object) -> pb.DecideSignUpResponse:
        """Allows or denies a sign-up in review."""
        found = checks.violations()
        sign_up_id = found.uuid("sign_up_id", request.sign_up_id)
        call = self._requests.call(request.request_id, found, sign_up_id=sign_up_id, allow=request.allow)
        action = "allow_sign_up" if request.allow else "deny_sign_up"
        entry = steering_entry(found, request.steering, action, sign_up_id)
        found.check()
        status = await self._reviews.decide(call, sign_up_id, entry, allow=request.allow)
        return pb.DecideSignUpResponse(sign_up=translate.sign_up(status, self._clock.now()))

    async def LapseSignUp(self, request: pb.LapseSignUpRequest, context: object) -> pb.LapseSignUpResponse:
        """Ends a review whose time has run out."""
        status = await self._reviews.lapse(checked_uuid("sign_up_id", request.sign_up_id))
        return pb.LapseSignUpResponse(sign_up=translate.sign_up(status, self._clock.now()))

"""Rows come back from a backup so old that the provider has forgotten what happened since."""

from datetime import timedelta

from casella.common.v1 import recovery_pb2 as recovery
from casella.common.v1.recovery_pb2_grpc import RecoveryServiceStub
from services.kit.wire import to_timestamp
from services.payments.service.events import KEPT_BY_PROVIDER
from tests.payments.world import STEERING, World
from tests.support.restoring import Recovering


async def test_what_the_provider_tells_no_more_is_for_a_person_to_compare(world: World) -> None:
    after = Recovering(RecoveryServiceStub(world.room.channel("operator")))
    rows_of = to_timestamp(world.room.clock.now() - KEPT_BY_PROVIDER + timedelta(hours=2))
    await after.recovering.BeginRecovery(recovery.BeginRecoveryRequest(steering=STEERING, rows_of=rows_of))
    for hours, told in ((0, False), (2, True)):
        world.room.clock.advance(hours=hours)
        assert (await after.recovering.ReadBack(recovery.ReadBackRequest(), timeout=30)).finished
        assert ("events_forgotten" in await after.findings()) is told

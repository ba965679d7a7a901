"""The local Temporal server as the launcher sets it up."""

from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from deploy.local.temporal import RETENTION
from tests.fixtures.temporal import TestNamespace
from workflows import names


@workflow.defn
class Sleeper:
    """Waits thirty days."""

    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(timedelta(days=30))


async def test_thirty_days_pass_in_a_moment_on_the_real_server(temporal: TestNamespace) -> None:
    client = await Client.connect(temporal.address, namespace=temporal.namespace)
    attributes = TypedSearchAttributes(
        [
            SearchAttributePair(SearchAttributeKey.for_keyword(names.ATTRIBUTE_ACCOUNT), "account"),
            SearchAttributePair(SearchAttributeKey.for_keyword(names.ATTRIBUTE_ORDER), "order"),
            SearchAttributePair(SearchAttributeKey.for_keyword(names.ATTRIBUTE_SUBSCRIPTION), "subscription"),
            SearchAttributePair(SearchAttributeKey.for_keyword(names.ATTRIBUTE_STATE), "state"),
            SearchAttributePair(SearchAttributeKey.for_keyword(names.ATTRIBUTE_CUSTOMER_KIND), "kind"),
            SearchAttributePair(SearchAttributeKey.for_datetime(names.ATTRIBUTE_DUE_AT), datetime.now(UTC)),
        ]
    )
    async with Worker(client, task_queue="sleepers", workflows=[Sleeper]):
        handle = await client.start_workflow(
            Sleeper.run, id="sleeper", task_queue="sleepers", search_attributes=attributes
        )
        await TimeSkipper(client).fast_forward(handle, timedelta(days=31))
        await handle.result()
    closed = (await handle.describe()).close_time
    assert closed is not None
    assert closed > datetime.now(UTC) + timedelta(days=29)


async def test_the_history_of_a_closed_workflow_is_kept_for_years(temporal: TestNamespace) -> None:
    client = await Client.connect(temporal.address, namespace=temporal.namespace)
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=temporal.namespace))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION

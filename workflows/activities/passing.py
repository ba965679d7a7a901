"""Lets every activity, normal or local, pass a named moment before and after it (`services.kit.hooks`)."""

from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from services.kit import hooks


class Passing(Interceptor):
    """Of a worker; with hooks only, so that the usual one pays nothing."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  its name
        """Wrap the activities."""
        return _Passing(next)


class _Passing(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  its name
        async with hooks.around(f"activity.{activity.info().activity_type}"):
            return await super().execute_activity(input)

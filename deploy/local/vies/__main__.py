"""Starts the VIES stand-in: its REST API, a page and levers on one port."""

from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from deploy.local.page import new_application, start
from deploy.local.standin import Refused, StandInSettings, host_and_port, run
from deploy.local.standin_clock import StandInClock
from deploy.local.vies.api import Api
from deploy.local.vies.pages import ViesPages
from deploy.local.vies.register import Register, RegisterNotValid


class ViesSettings(StandInSettings):
    """Where the VIES stand-in listens and what it knows, environment prefix `CASELLA_`."""

    vies_listen: str = "127.0.0.1:8584"
    vies_clock_listen: str = "127.0.0.1:25115"
    vies_register_file: Path = Path(__file__).parent / "register.yaml"


async def serve(settings: ViesSettings, clock: StandInClock, stack: AsyncExitStack) -> str:
    """Open the door."""
    try:
        register = Register.read(settings.vies_register_file)
    except RegisterNotValid as problem:
        raise Refused(str(problem)) from problem
    runner = await start(application(register, clock), *host_and_port(settings.vies_listen))
    stack.push_async_callback(runner.cleanup)
    return settings.vies_clock_listen


def application(register: Register, clock: StandInClock) -> web.Application:
    """Everything that is served on the port."""
    app = new_application()
    Api(register, clock).add_routes(app)
    ViesPages(register).add_routes(app)
    app.on_response_prepare.append(_announce)
    return app


async def _announce(request: web.Request, response: web.StreamResponse) -> None:
    del request
    response.headers["X-Simulator"] = "Casella VIES simulator"


if __name__ == "__main__":
    run("vies", ViesSettings, serve)

"""Decides how the stand-ins' web pages are made: one layout, everything escaped, a banner that says what this is."""

from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

LAYOUT = Path(__file__).parent / "page_layout"
# Nothing on these pages runs scripts or loads anything from elsewhere; mails are hostile until proved otherwise.
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; frame-src 'self'"
)


class Pages:
    """Renders the templates of one stand-in."""

    def __init__(self, templates: Path, **constants: Any) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([templates, LAYOUT]),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(constants)

    def page(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """One page as an answer."""
        body = self._environment.get_template(template).render(**values)
        headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        return web.Response(text=body, status=status, content_type="text/html", headers=headers)


def new_application() -> web.Application:
    """An application that serves the shared style sheet."""
    application = web.Application(client_max_size=1024 * 1024)
    application.router.add_get("/style.css", _style)
    return application


async def start(application: web.Application, host: str, port: int) -> web.AppRunner:
    """Listen; the runner is for its end."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


async def _style(_: web.Request) -> web.StreamResponse:
    return web.FileResponse(LAYOUT / "style.css")

"""How the gateway's pages look, and the headers that go with every answer."""

import base64
import hashlib
from html import escape

from aiohttp import web

from gateway.languages import preferred
from gateway.texts import TEXTS

_STYLE = (
    "body{font:17px/1.6 system-ui,sans-serif;color:#1d2433;background:#f5f6f8;margin:0}"
    "main{max-width:36rem;margin:12vh auto 2rem;background:#fff;padding:2.2rem 2.4rem;border-radius:.7rem;"
    "box-shadow:0 1px 5px #0000001f}h1{font-size:1.4rem;line-height:1.3;margin:0 0 1rem}"
    "p{margin:.6rem 0}a{color:#0b5cad}footer{text-align:center;color:#6b7280;font-size:.9rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

# The address holds a secret: it must not travel in a Referer header, stay in a cache or be framed by another site.
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
_STRICT_TRANSPORT = "max-age=31536000"


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on every answer; HSTS only where the visitor came by https."""
    response.headers.update(HEADERS)
    if request.secure or request.headers.get("X-Forwarded-Proto") == "https":
        response.headers["Strict-Transport-Security"] = _STRICT_TRANSPORT
    response.headers.pop("Server", None)


def page(request: web.Request, name: str, *, status: int = 200, link: str = "") -> web.Response:
    """One of the pages of `gateway.texts`, in the visitor's language.

    Args:
        request: Whose language counts.
        name: Which page.
        status: The HTTP status.
        link: Where the page's link leads, where it has one.
    """
    language = preferred(request.headers.get("Accept-Language", ""))
    text = TEXTS[name][language]
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.paragraphs)
    anchor = f'<p><a href="{escape(link)}">{escape(text.link)}</a></p>' if link and text.link else ""
    provider = escape(request.app[PROVIDER])
    html = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(text.title)} – {provider}</title>"
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(text.title)}</h1>{paragraphs}{anchor}</main>"
        f"<footer>{provider}</footer></body></html>\n"
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return web.Response(status=status, text=html, content_type="text/html", headers=headers)


PROVIDER = web.AppKey("provider", str)

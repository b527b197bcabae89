"""A site → its ASGI application: files to WhiteNoise, sockets to Channels, pages to Django."""

from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

from playground.consumers import ChatConsumer
from playground.site import Site
from playground.static_files import static_application

CHAT_PATH = "/ws/chat/"


def build_application(site: Site) -> Any:
    """The whole site over one engine; each scope carries it as `scope["site"]`."""
    pages = get_asgi_application()
    chat = ChatConsumer.as_asgi()
    static = static_application(
        source=settings.STATICFILES_DIRS[0],
        collected=settings.STATIC_ROOT,
        debug=settings.DEBUG,
    )

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            serve = chat if scope["path"] == CHAT_PATH else no_socket_here
        elif scope["type"] == "http":
            serve = static if scope["path"].startswith(settings.STATIC_URL) else pages
        else:
            raise ValueError(f"this application does not speak {scope['type']}")
        await serve({**scope, "site": site}, receive, send)

    return application


async def no_socket_here(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Refuses the handshake: a bare 403 is all that the protocol can say before it."""
    await receive()
    await send({"type": "websocket.close"})

"""The answer that takes the session from a browser, and has the browser sign itself out of services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, redirect, render_template

from idp.web import company, context, headers, languages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

    from idp.logout.values import Frame


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """A service on the page, by its name in the reader's language."""

    service: str
    address: str


def signed_out(frames: Sequence[Frame], *, onward: str) -> Response:
    """Forget the sessions that have ended, and go on: at once, or when services have been loaded in frames.

    The browser is with the next of its citizens then, if several were signed in.

    :param onward: a page of ours, or an address that was compared with what its service registered.
    """
    context.forget_session()
    answer = _page(frames, onward=onward) if frames else make_response(redirect(onward, code=303))
    # Whatever the citizen left in this browser ends here, the secret of the form tokens too.
    company.settle(answer)
    return answer


def _page(frames: Sequence[Frame], *, onward: str) -> Response:
    services = context.services()
    shown = [ShownFrame(_name(frame.client_id), frame.address) for frame in frames]
    page = render_template(
        "oidc/signing_out.html", frames=shown, onward=onward, seconds=services.settings.logout.front_channel_seconds
    )
    answer = make_response(page)
    origins = sorted({source for frame in frames if (source := headers.form_source(frame.address))})
    answer.headers["Content-Security-Policy"] = f"{headers.content_security_policy()}; frame-src {' '.join(origins)}"
    return answer


def _name(client_id: str) -> str:
    client = context.services().clients.get(client_id)
    return client_id if client is None else client.name(languages.current()).text

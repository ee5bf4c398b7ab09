"""The pages as HTML: a heading, words, forms and links, all of it escaped. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from local.gateway.http import Response
from local.gateway.messages import Message

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "html"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["clock"] = lambda at: f"{datetime.fromtimestamp(at).astimezone():%H:%M:%S}"
# No page of ours is framed, runs a script or loads anything; none is kept, and its address goes to no other site.
_GUARDED: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True)
class Form:
    """What a person fills in and sends to `action`.

    Args:
        action: a path, with a query.
        button: the words that send it.
        fields: what stands in each at first, by its name, by which the template knows it.
        hidden: what is sent besides.
        known_as: what people know their user name as.
    """

    action: str
    button: str
    fields: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    known_as: str = ""


def page(
    title: str,
    text: str = "",
    error: str = "",
    forms: Sequence[Form] = (),
    links: Mapping[str, str] | None = None,
    shown: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """What a person sees.

    Args:
        title: the heading.
        text: a paragraph of words.
        error: what went wrong before.
        forms: in their order.
        links: the words of each and where it leads.
        shown: what is to be copied, by its name.
        status: of HTTP.
    """
    given = {"title": title, "text": text, "error": error, "forms": forms, "links": links or {}, "shown": shown or {}}
    return _rendered("page.html", status, given)


def mail(received: Sequence[Message]) -> Response:
    """The inbox. A mail may hold what a stranger has signed up with: it is shown in a frame that can do nothing."""
    answer = _rendered("mail.html", 200, {"received": received})
    answer.headers["cross-origin-opener-policy"] = "same-origin"
    return answer


def _rendered(template: str, status: int, given: Mapping[str, Any]) -> Response:
    return Response(status, headers=_GUARDED, html=_TEMPLATES.get_template(template).render(given))

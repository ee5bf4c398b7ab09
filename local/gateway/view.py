"""HTML of the pages: a heading, text, forms and links, all escaped. Pure."""

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
# The pages cannot be framed, run scripts, load files or be cached, and send no Referer to other sites.
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
    """A form that is sent to `action`.

    Args:
        action: a path with a query.
        button: the label of the button.
        fields: the first value of each field by name; the template chooses label and type by the name.
        hidden: the hidden fields.
        known_as: the label of the user name, such as "Email address".
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
    """Return an HTML page.

    Args:
        title: the heading.
        text: a paragraph.
        error: the error of the last step.
        forms: the forms, in order.
        links: the address of each link by its text.
        shown: values to copy, by label.
        status: the HTTP status.
    """
    given = {"title": title, "text": text, "error": error, "forms": forms, "links": links or {}, "shown": shown or {}}
    return _rendered("page.html", status, given)


def mail(received: Sequence[Message]) -> Response:
    """Return the inbox page. Messages may contain foreign HTML, so the template shows each in a sandboxed frame."""
    answer = _rendered("mail.html", 200, {"received": received})
    answer.headers["cross-origin-opener-policy"] = "same-origin"
    return answer


def _rendered(template: str, status: int, given: Mapping[str, Any]) -> Response:
    return Response(status, headers=_GUARDED, html=_TEMPLATES.get_template(template).render(given))

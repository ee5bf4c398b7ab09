"""A browser for tests: it submits the gateway's pages by HTTP, and stops at a redirect to an app."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from tests.support import http


class Browser:
    """Cookies and the current page."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = httpx2.Cookies()
        self.page = httpx2.Response(200)

    def open(self, path: str) -> "Browser":
        """Request a page."""
        return self._go(http.get(urljoin(self.url, path), cookies=self.cookies))

    def send(self, form: int = 0, **entered: str) -> "Browser":
        """Fill in and submit a form of the page, as a browser does."""
        found = _Forms(self.page.text).forms[form]
        unknown = entered.keys() - found.fields.keys()
        assert not unknown, f"{found.fields} has no {unknown}"
        address = urljoin(str(self.page.url), found.action)
        filled_in, headers = {**found.fields, **entered}, {"Origin": self.url}
        answer = http.post(address, data=filled_in, headers=headers, cookies=self.cookies)
        return self._go(answer)

    def follow(self, words: str) -> "Browser":
        """Follow a link of the page, by its text."""
        address = re.search(rf'<a href="([^"]+)"[^>]*>{re.escape(words)}</a>', self.page.text)
        assert address, f"{self.page.text} has no link {words}"
        return self.open(address[1].replace("&amp;", "&"))

    def _go(self, page: httpx2.Response) -> "Browser":
        self.page = page
        self.cookies.extract_cookies(page)
        return self

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.page.text)
        return found[1] if found else f"{self.page.status_code}: {self.page.text}"

    @property
    def error(self) -> str:
        found = re.search(r'role="alert">(.*?)</p>', self.page.text, re.DOTALL)
        return found[1] if found else ""

    @property
    def answer(self) -> dict[str, str]:
        """Return the parameters of the redirect to the app."""
        assert self.page.status_code == 302, f"{self.title}: {self.error}"
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.headers["Location"]).query).items()}

    @property
    def shown_secret(self) -> str:
        """Return the displayed key for an authenticator app."""
        found = re.search(r"secret=([A-Z2-7]+)", self.page.text)
        assert found, self.page.text
        return found[1]

    def fields(self, form: int = 0) -> list[str]:
        """Return the names of a form's input fields."""
        return list(_Forms(self.page.text).forms[form].fields)


class _Form:
    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(given["action"]))
        elif tag == "input":
            self.forms[-1].fields[given["name"]] = given.get("value", "")

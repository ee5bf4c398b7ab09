"""What a logout from a terminal leaves in the browser, and how to end that.

The pages know a browser by a cookie, which neither a revoked token nor Cognito's API ends: only `/logout` does, opened
in that browser. https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
"""

from urllib.parse import quote, urlencode

from cli.sign_in.stack import Client, Outputs, is_loopback


def what_stays(outputs: Outputs, client: Client) -> str:
    """In words, with the address that ends it for this client; the emulator's pages set no cookie."""
    if is_loopback(outputs.logout_url):
        return "In the browser nothing stays: the emulator's pages set no cookie. On AWS they do, and /logout ends it."
    if client.logout_urls:
        way_out = {"logout_uri": client.logout_urls[0]}
    else:  # the pages show the login again
        way_out = {"response_type": "code", "redirect_uri": client.callback_urls[0], "scope": " ".join(client.scopes)}
    query = urlencode({"client_id": client.client_id} | way_out, quote_via=quote)
    return (
        "The browser stays signed in at the sign-in pages, by their cookie, for up to an hour: the next sign-in there"
        f" needs no password. To end that as well, open in it\n\n  {outputs.logout_url}?{query}\n"
    )

"""Access tokens: each grants read access to what the server has, and is new at every start.

A token comes to the page in its address behind the #, which browsers do not send to servers. The page sends it once in
a header and receives a cookie that scripts cannot read and that no request from another site carries; then the page
removes the token from its address. A server for a class has a second token, so that the first is never on the wall.
"""

import hmac
import os
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

HEADER = "X-Byhand-Token"
SAME_ORIGIN = (None, "same-origin")  # Sec-Fetch-Site of the page's own requests; old browsers do not say


def new_token() -> str:
    """Return 128 bits of the system's own randomness in hexadecimal."""
    return os.urandom(16).hex()


def is_token(given: str | None, token: str) -> bool:
    """Is it the token? The comparison takes as long for a near miss as for nonsense."""
    return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


@dataclass(frozen=True)
class Access:
    """token : of who started the server   port : where it listens   class_token : of the class, or None"""

    token: str
    port: int
    class_token: str | None = None

    @property
    def cookie_name(self) -> str:
        """Browsers keep the cookies of all ports of a machine together, so that the name says which."""
        return f"byhand-{self.port}"

    def knows(self, given: str | None) -> bool:
        """Is it one of the tokens?"""
        return is_token(given, self.token) or (self.class_token is not None and is_token(given, self.class_token))

    def token_of(self, headers: Headers) -> str | None:
        """Return the token with which a request comes, by header or by cookie, or None."""
        found = [headers.get(HEADER)]
        if headers.get("sec-fetch-site") in SAME_ORIGIN:
            found.append(cookie_parser(headers.get("cookie", "")).get(self.cookie_name))
        return next((token for token in found if self.knows(token)), None)

    def cookie(self, token: str) -> str:
        """Return the header that keeps a token in the browser until it is closed."""
        return f"{self.cookie_name}={token}; Path=/; HttpOnly; SameSite=Strict"

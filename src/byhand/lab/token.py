"""Access token: grants read access to what the server has. It is new at every start and stands in the page's address
behind the #, which browsers do not send to servers."""

import hmac
import os

HEADER = "X-Byhand-Token"


def new_token() -> str:
    """Return 128 bits of the system's own randomness in hexadecimal."""
    return os.urandom(16).hex()


def is_token(given: str | None, token: str) -> bool:
    """Is it the token? The comparison takes as long for a near miss as for nonsense."""
    return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())

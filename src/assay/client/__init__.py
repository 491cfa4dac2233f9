"""The client: the desk's REST API for programs, typed.

    from assay.client import Client

    with Client("http://127.0.0.1:8087", token) as desk:
        for view in desk.claim().assignments:
            desk.answer(view.assignment, Answer(verdict=Tie()))

Comes in: the address of a server and an API token. Goes out: assignments, receipts, and errors as
everywhere else in the package. Always holds: an answer is sent under one key until it is known to
be stored, so a retry counts once; a redirect is never followed, so the token goes nowhere else.
See also: `providers`. Needs the extra `client`.
"""

from assay.client.client import Client

__all__ = ["Client"]

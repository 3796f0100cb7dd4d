"""One request to an application, without a server: what tests of the door send."""

import asyncio


def asked(app, path="/", method="GET", body=b"", client="127.0.0.1", **headers):
    """(status, headers, body) of one request; header names with _ for -."""
    told = {"host": "localhost:7860"} | {k.replace("_", "-"): v for k, v in headers.items()}
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)] or [b""]
    sent = []

    async def receive():
        if not pieces:
            await asyncio.Event().wait()  # the client stays and listens
        more = len(pieces) > 1
        return {"type": "http.request", "body": pieces.pop(0), "more_body": more}

    async def send(message):
        sent.append(message)

    path, _, query = path.partition("?")
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "scheme": "http", "http_version": "1.1", "root_path": "",
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in told.items()],
        "client": (client, 5), "server": ("127.0.0.1", 7860), "state": {},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    given = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return sent[0]["status"], given, b"".join(message.get("body", b"") for message in sent[1:])

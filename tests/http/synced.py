"""Takes calls one after the other, so that the test can count syncs: `python -m tests.http.synced <database> <data folder> <synchronous>`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.conftest import make_app
from tests.making import NOW
from webapp.core import clock


def main(url: str, data: str, synchronous: str) -> None:
    app = make_app(url, Path(data), SQLITE_SYNCHRONOUS=synchronous)
    asked = json.loads(sys.stdin.read())
    client = app.test_client(use_cookies=False)
    with clock.at(NOW):
        answers = [
            client.post("/sync", json=call, headers={"Authorization": f"Ticket {asked['ticket']}"}).get_json() for call in asked["calls"]
        ]
    sys.stdout.write(json.dumps([answer["results"][0]["status"] for answer in answers]))


if __name__ == "__main__":
    main(*sys.argv[1:])

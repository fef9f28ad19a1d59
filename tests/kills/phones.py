"""Phones that keep what they record until they have a receipt for it, and ask again and again."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

TIMEOUT_S = 3.0


@dataclass
class Phone:
    """One person's phone. `made`: payload by id; `receipts`: by id, as first told."""

    port: int
    ticket: str
    codes: list[str]
    chance: random.Random
    seq: int = 0
    made: dict[str, str] = field(default_factory=dict)
    unsent: list[str] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    answers: int = 0
    failures: int = 0

    def record(self, kind: str, body: dict[str, Any], after: tuple[str, ...] = ()) -> str:
        """Keep something that was done."""
        self.seq += 1
        at = datetime.now(UTC) - timedelta(days=2) + timedelta(seconds=self.seq * 5)
        value = {
            "env": 1, "kind": kind, "schema": 1, "seq": self.seq, "occurred_at": at.isoformat(timespec="milliseconds"), "zone": "Asia/Shanghai",
            "mono": self.seq * 5.0, "boot": "b", "position": None, "photos": [], "note": "", "supersedes": None, "after": list(after), "body": body,
        }  # fmt: skip
        millis = int(at.timestamp() * 1000)
        key = str(UUID(int=millis << 80 | 7 << 76 | self.chance.getrandbits(12) << 64 | 2 << 62 | self.chance.getrandbits(62)))
        self.made[key] = json.dumps(value)
        self.unsent.append(key)
        return key

    def work(self) -> None:
        """A few minutes of a shift."""
        for _ in range(self.chance.randint(1, 3)):
            scan = self.record("scan", {"code": self.chance.choice(self.codes), "method": "camera"})
            if self.chance.random() < 0.4:
                self.record("note", {"about": scan, "result": "normal", "text": "water"}, (scan,))
            if self.chance.random() < 0.1:
                self.record("correction", {"about": scan, "verb": "explain", "reason": "wet"})
        if self.chance.random() < 0.2:
            self.record("scan", {"code": "nonsense"})
        if self.chance.random() < 0.2:
            self.record("duty", {"verb": "on", "site": "bench"})

    def send(self) -> bool:
        """Hand in what has no receipt, and now and then something that has. False when no good answer came."""
        again = self.chance.sample(sorted(self.receipts), min(3, len(self.receipts))) if self.chance.random() < 0.1 else []
        keys = [*self.unsent[:60], *again]
        records = [{"id": k, "sha256": hashlib.sha256(self.made[k].encode()).hexdigest(), "payload": self.made[k]} for k in keys]
        body = json.dumps({"sent_at": datetime.now(UTC).isoformat(timespec="milliseconds"), "records": records})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", "/sync", body, {"Authorization": f"Ticket {self.ticket}", "Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.failures += 1
            return False
        finally:
            connection.close()
        if response.status != 200:
            raise AssertionError(f"{response.status}: {answer}")
        self.answers += 1
        for result in answer["results"]:
            assert result["status"] in ("accepted", "duplicate", "held"), result
            assert self.receipts.setdefault(result["id"], result["receipt"]) == result["receipt"], "two receipts for one record"
        self.unsent = [key for key in self.unsent if key not in self.receipts]
        return True

    def live(self, over: threading.Event) -> None:
        """Work and send until it is over."""
        while not over.is_set():
            if len(self.unsent) < 50:
                self.work()
            self.send()

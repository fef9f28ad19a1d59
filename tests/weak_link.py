"""A weak radio link on loopback: so many bytes a second in each direction, so long until they are there, and a share of all requests
whose connection is reset at some byte of the request or of its reply.

One request a connection. What counts as sent is what crossed the link, heads and repetitions included.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import socket
import struct
import threading
from dataclasses import dataclass, field

PIECE = 2048
REPLY = 600  # bytes, about: so that a reset may also hit the reply


@dataclass
class Crossing:
    """One request: what it was, how many of its bytes crossed the link, and whether its connection was reset."""

    line: str
    sent: int = 0
    reset: bool = False


@dataclass
class WeakLink:
    """In front of `upstream`. `rate` in bytes a second each way, `latency` in seconds a way, `resets` as a share of all requests.

    `resets` and `rate` may be changed at any time. `up` is all that crossed towards the server, `log` request by request.
    """

    upstream: int
    rate: float = float("inf")
    latency: float = 0
    resets: float = 0
    seed: int = 1
    log: list[Crossing] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.free = {"up": 0.0, "down": 0.0}
        self.open: set[asyncio.StreamWriter] = set()
        self.carrying: set[asyncio.Task[None]] = set()
        self.loop = asyncio.new_event_loop()
        listening = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(listening,), daemon=True)
        self.thread.start()
        listening.wait(10)

    @property
    def origin(self) -> str:
        """What the phone takes for the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def up(self) -> int:
        """Bytes that crossed towards the server."""
        return sum(crossing.sent for crossing in self.log)

    def sent(self, pattern: str) -> int:
        """The same for requests whose "METHOD /path" matches."""
        return sum(crossing.sent for crossing in self.log if re.search(pattern, crossing.line))

    def close(self) -> None:
        """Take the link away."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def _run(self, listening: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._take, "127.0.0.1", 0, backlog=256))
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self._finish(server))
        self.loop.close()

    async def _finish(self, server: asyncio.Server) -> None:
        """Every connection ends, also one that was taken at the last moment and carried nothing yet."""
        server.close()
        for _turn in range(10):  # what was just accepted comes in one turn; a closed transport lets go of its socket in the next
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            for back in self.open:
                back.transport.abort()
            await asyncio.sleep(0)

    def _take(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.open.add(back)  # before its task: one that is cancelled before its first step could not let go of it
        carrying = self.loop.create_task(self._carry(phone, back))
        self.carrying.add(carrying)
        carrying.add_done_callback(self.carrying.discard)

    async def _carry(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._exchange(phone, back)
        finally:
            self.open.discard(back)
            back.close()

    async def _exchange(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        head = await phone.readuntil(b"\r\n\r\n")
        line = " ".join(head.split(b"\r\n", 1)[0].decode().split()[:2])
        found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        body = int(found[1]) if found else 0
        crossing = Crossing(line)
        self.log.append(crossing)
        cut = self.chance.randrange(len(head) + body + REPLY) if self.chance.random() < self.resets else None
        reply, server = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            await asyncio.sleep(self.latency)
            only = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head)[:-2] + b"Connection: close\r\n\r\n"
            if not await self._up(phone, server, crossing, head, only, body, cut):
                return self._reset(crossing, back)
            await asyncio.sleep(self.latency)
            left = None if cut is None else max(0, cut - len(head) - body)
            while piece := await reply.read(PIECE):
                await self._pace("down", len(piece))
                if left is not None and len(piece) > left:
                    return self._reset(crossing, back)
                left = None if left is None else left - len(piece)
                back.write(piece)
                await back.drain()
            if cut is not None:
                self._reset(crossing, back)
        finally:
            server.close()

    async def _up(
        self,
        phone: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        crossing: Crossing,
        head: bytes,
        only: bytes,
        body: int,
        cut: int | None,
    ) -> bool:
        """Carry the request up to where it is cut; says whether all of it went over."""
        await self._pace("up", len(head) if cut is None else min(cut, len(head)))
        crossing.sent += len(head) if cut is None else min(cut, len(head))
        if cut is not None and cut < len(head):
            return False
        server.write(only)
        left = body if cut is None else min(body, cut - len(head))
        while left > 0:
            piece = await phone.read(min(PIECE, left))
            if not piece:
                raise ConnectionResetError
            await self._pace("up", len(piece))
            crossing.sent += len(piece)
            left -= len(piece)
            server.write(piece)
            await server.drain()
        return cut is None or cut >= len(head) + body

    async def _pace(self, way: str, count: int) -> None:
        """All connections share the link."""
        now = self.loop.time()
        self.free[way] = max(now, self.free[way]) + count / self.rate
        if self.free[way] - now > 0.002:
            await asyncio.sleep(self.free[way] - now)

    def _reset(self, crossing: Crossing, back: asyncio.StreamWriter) -> None:
        """As a radio does it: at once, without a word."""
        crossing.reset = True
        own = back.get_extra_info("socket")
        if own is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        back.transport.abort()

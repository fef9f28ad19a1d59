"""Pictures over real connections to the real server: a tus client that nobody here wrote, and lines that break at any byte."""

from __future__ import annotations

import hashlib
import io
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tusclient.client import TusClient

from tests.browser.phone import until
from tests.browser.serving import PASSWORD, Server, make_world
from tests.http.test_photos import drawn

PIECES = "application/offset+octet-stream"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(make_world(tmp_path_factory.mktemp("world")), tmp_path_factory.mktemp("server")).start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def client(server: Server) -> TusClient:
    """tuspy, with the guard's ticket."""
    signed_in = requests.post(
        f"{origin(server)}/login", data={"username": "guard", "password": PASSWORD}, timeout=30, allow_redirects=False
    )
    # The cookies are for https alone; this line is not.
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in signed_in.cookies)
    ticket = requests.get(f"{origin(server)}/ticket", headers={"Cookie": cookies}, timeout=30).json()["ticket"]
    return TusClient(f"{origin(server)}/photos", headers={"Authorization": f"Ticket {ticket}"})


def origin(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def on_disk(server: Server, content: bytes) -> bool:
    sha256 = hashlib.sha256(content).hexdigest()
    row = server.rows("SELECT size FROM photo WHERE sha256 = ?", sha256)
    return row == [{"size": len(content)}] and (server.folder / "photos" / sha256[:2] / sha256[2:]).read_bytes() == content


@pytest.mark.parametrize("checksum", [False, True], ids=["plain", "with-checksums"])
def test_tuspy_uploads(server: Server, client: TusClient, checksum: bool) -> None:
    content = drawn(size=(900, 700), noise=30 + checksum)
    named = {"sha256": hashlib.sha256(content).hexdigest()}
    client.uploader(file_stream=io.BytesIO(content), chunk_size=32 * 1024, metadata=named, upload_checksum=checksum).upload()
    assert on_disk(server, content)


def test_f1_tuspy_resumes_after_the_server_was_killed(server: Server, client: TusClient) -> None:
    content = drawn(size=(900, 700), noise=40)
    named = {"sha256": hashlib.sha256(content).hexdigest()}
    first = client.uploader(file_stream=io.BytesIO(content), chunk_size=16 * 1024, metadata=named)
    first.upload(stop_at=48 * 1024)
    with server.down():
        pass
    second = client.uploader(file_stream=io.BytesIO(content), chunk_size=16 * 1024, url=first.url)
    assert second.offset == 48 * 1024
    second.upload()
    assert on_disk(server, content)


def test_f1_a_line_that_breaks_at_any_byte_costs_only_what_was_under_way(server: Server, client: TusClient) -> None:
    """A raw connection is reset in mid-piece; the client goes on from where the server is, never from the beginning."""
    chance = random.Random(1)
    content = drawn(size=(900, 700), noise=50)
    sha256 = hashlib.sha256(content).hexdigest()
    address = f"{origin(server)}/photos/{sha256}"
    headers = {**client.headers, "Tus-Resumable": "1.0.0"}
    requests.post(address, headers={**headers, "Upload-Length": str(len(content))}, timeout=30).raise_for_status()
    at, sent = 0, 0
    for _cut in range(5):
        piece = content[at : at + 64 * 1024]
        cut = chance.randrange(len(piece))
        sent += cut
        break_off(server, address, {**headers, "Upload-Offset": str(at)}, piece, cut)
        before = at
        until(lambda at=at, cut=cut: told(address, headers) == at + cut, "what arrived is kept")
        at = told(address, headers)
        assert at >= before
    last = requests.patch(address, headers={**headers, "Upload-Offset": str(at), "Content-Type": PIECES}, data=content[at:], timeout=30)
    assert last.status_code == 204
    assert on_disk(server, content)
    assert sent == at, "not a byte twice"


def told(address: str, headers: dict[str, str]) -> int:
    return int(requests.head(address, headers=headers, timeout=30).headers["Upload-Offset"])


def break_off(server: Server, address: str, headers: dict[str, str], piece: bytes, cut: int) -> None:
    """Send the head of a PATCH and `cut` bytes of its body; then the line is gone."""
    head = [f"PATCH {address.removeprefix(origin(server))} HTTP/1.1", "Host: x", f"Content-Type: {PIECES}", f"Content-Length: {len(piece)}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall("\r\n".join([*head, "", ""]).encode() + piece[:cut])


def test_the_folder_of_pieces_is_empty_again(server: Server) -> None:
    assert [path for path in Path(server.folder, "incoming").rglob("*") if path.is_file()] == []

"""What no honest client sends: refused or cut off, at no cost to memory or to anybody else."""

import re
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import requests

from endtoend.waiting import eventually

CREATE = b'{"name": "hostile"}'


def head(scene, method=b"POST", path=b"/v1/teams", *fields):
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: 127.0.0.1",
             b"Authorization: Bearer " + scene.admin.token.encode(), b"Content-Type: application/json", *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def connect(scene, timeout=20):
    return socket.create_connection(("127.0.0.1", scene.server.port), timeout=timeout)


def read_all(connection):
    """Everything until the server closes; a reset is a close too."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionError:
        pass
    return received


def statuses(received):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def exchange(scene, *chunks):
    """Sends, and gives the statuses until the server closes. It has to close by itself."""
    with connect(scene) as connection:
        try:
            for chunk in chunks:
                connection.sendall(chunk)
        except ConnectionError:
            pass
        return statuses(read_all(connection))


def refused(answers, *expected):
    """One 4xx at most, and the connection closed."""
    assert len(answers) <= 1 and all(400 <= status < 500 for status in answers), answers
    if expected and answers:
        assert answers[0] in expected


@contextmanager
def others_are_served(scene):
    """Another client calls all the while, and has to be answered within two seconds each time."""
    over, worst, faults = threading.Event(), [0.0], []

    def serve():
        with requests.Session() as session:
            session.trust_env = False
            while not over.is_set():
                begun = time.monotonic()
                try:
                    status = session.get(scene.server.url + "/v1/whoami", timeout=10, headers={
                        "Authorization": f"Bearer {scene.admin.token}"}).status_code
                    if status != 200:
                        faults.append(status)
                except requests.RequestException as error:
                    faults.append(error)
                worst[0] = max(worst[0], time.monotonic() - begun)
                over.wait(0.02)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not faults, faults[:3]
    assert worst[0] < 10, f"another client waited {worst[0]:.1f} s"


@contextmanager
def no_growth(scene, megabytes=24):
    before = scene.server.resident_kilobytes()
    yield
    eventually(
        lambda: scene.server.resident_kilobytes() - before < megabytes * 1024, 10,
        lambda: f"memory grew by {(scene.server.resident_kilobytes() - before) // 1024} MiB")


@pytest.fixture(scope="module", autouse=True)
def warm(shared):
    """What a server keeps after its first requests is not growth."""
    for _ in range(300):
        shared.admin.get("/v1/events", query={"limit": 200})
    return shared


@pytest.fixture(autouse=True)
def alive(shared):
    """After each test, the very process is still there and made nothing of what it was told."""
    pid = shared.server.pid
    yield
    assert shared.server.pid == pid and shared.server.process.poll() is None
    assert "hostile" not in [team["name"] for team in shared.admin.walk("/v1/teams")]


FRAMING = {
    "two lengths": (b"Content-Length: 19", b"Content-Length: 20"),
    "two lengths in one": (b"Content-Length: 19, 20",),
    "length and chunked": (b"Content-Length: 19", b"Transfer-Encoding: chunked"),
    "chunked and length": (b"Transfer-Encoding: chunked", b"Content-Length: 19"),
    "chunked twice": (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "chunked, then something": (b"Transfer-Encoding: chunked, identity",),
    "something, then chunked": (b"Transfer-Encoding: gzip, chunked",),
    "identity": (b"Transfer-Encoding: identity",),
    "xchunked": (b"Transfer-Encoding: xchunked",),
    "plus length": (b"Content-Length: +19",),
    "minus length": (b"Content-Length: -1",),
    "hexadecimal length": (b"Content-Length: 0x13",),
    "huge length": (b"Content-Length: 99999999999999999999",),
    "no length": (b"Content-Length: ",),
    "space before the colon": (b"Content-Length : 19",),
    "folded": (b"Content-Length: 19\r\n  ",),
    "NUL": (b"Content-Length: 19", b"X-A: a\x00b"),
    "no name": (b"Content-Length: 19", b": value"),
    "two hosts": (b"Content-Length: 19", b"Host: other"),
}


@pytest.mark.parametrize("fields", FRAMING.values(), ids=FRAMING.keys())
def test_ambiguous_framing(shared, fields):
    smuggled = b"GET /v1/whoami HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answers = exchange(shared, head(shared, b"POST", b"/v1/teams", *fields), CREATE, smuggled)
    refused(answers)


@pytest.mark.parametrize("request_bytes", [
    b"GET /livez HTTP/1.1\nHost: 127.0.0.1\n\n",
    b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\nX-A: b\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\rX-A: b\r\n\r\n",
    b"GET /livez HTTP/1.1\r\n\r\n",
    b"GET /livez HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /livez\r\n\r\n",
    b"GET /li\x00vez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x00" * 1024,
])
def test_what_is_not_http(shared, request_bytes):
    # Something that is no request at all may also wait for its end: then the deadline of the header closes it.
    with connect(shared) as connection:
        connection.sendall(request_bytes)
        answers = statuses(read_all(connection))
    assert len(answers) <= 1 and all(400 <= status <= 505 and status != 500 for status in answers), answers


@pytest.mark.parametrize("chunks", [
    b"zz\r\n" + CREATE, b"-1\r\n" + CREATE, b"13 \r\n" + CREATE, b"FFFFFFFFFFFFFFFFFF\r\n" + CREATE,
    b"13\n" + CREATE + b"\n0\n\n", b"13\r\n" + CREATE + b"XX0\r\n\r\n", b"0x13\r\n" + CREATE + b"\r\n0\r\n\r\n",
])
def test_bad_chunks(shared, chunks):
    refused(exchange(shared, head(shared, b"POST", b"/v1/teams", b"Transfer-Encoding: chunked"), chunks, b"\r\n" * 3))


def test_good_chunks(shared):
    name = shared.unique("chunked").encode()
    body = b'{"name": "' + name + b'"}'
    framed = b"".join(b"1;x=y\r\n" + bytes([byte]) + b"\r\n" for byte in body) + b"0\r\nX-Trailer: t\r\n\r\n"
    close = b"Connection: close"
    assert exchange(
        shared, head(shared, b"POST", b"/v1/teams", b"Transfer-Encoding: chunked", close), framed) == [201]


def test_ten_megabytes_of_header(shared):
    with others_are_served(shared), no_growth(shared):
        for field in (b"X-A: " + b"a" * 10_000_000, b"\r\n".join(b"X-%d: b" % n for n in range(700_000)),
                      b"Cookie: " + b"a" * 40_000):
            refused(exchange(shared, head(shared, b"GET", b"/v1/teams", field)), 400, 431)


def test_ten_megabytes_of_path(shared):
    with others_are_served(shared), no_growth(shared):
        for path in (b"/v1/teams/" + b"a" * 10_000_000, b"/v1/teams?limit=" + b"1" * 10_000_000, b"/" * 10_000):
            refused(exchange(shared, head(shared, b"GET", path)), 400, 414, 431)


def test_fifty_megabytes_of_body(shared):
    piece = b"a" * 65536
    with others_are_served(shared), no_growth(shared):
        length = b"Content-Length: %d" % (50 << 20)
        refused(exchange(shared, head(shared, b"POST", b"/v1/teams", length), *[piece] * 800), 413)
        chunk = b"10000\r\n" + piece + b"\r\n"
        refused(exchange(
            shared, head(shared, b"POST", b"/v1/teams", b"Transfer-Encoding: chunked"), *[chunk] * 800), 413)
        # Without a token it is no better.
        anonymous = b"POST /v1/teams HTTP/1.1\r\nHost: 127.0.0.1\r\n" + length + b"\r\n\r\n"
        refused(exchange(shared, anonymous, *[piece] * 800), 401, 413, 415)


def test_a_body_that_is_too_large_is_not_even_sent(shared):
    """`Expect: 100-continue` saves both sides the trouble."""
    fields = (b"Content-Length: %d" % (50 << 20), b"Expect: 100-continue")
    with connect(shared) as connection:
        connection.sendall(head(shared, b"POST", b"/v1/teams", *fields))
        assert statuses(read_all(connection)) == [413]
    with connect(shared) as connection:
        body = b'{"name": "%s"}' % shared.unique("continued").encode()
        fields = (b"Content-Length: %d" % len(body), b"Expect: 100-continue", b"Connection: close")
        connection.sendall(head(shared, b"POST", b"/v1/teams", *fields))
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert statuses(read_all(connection)) == [201]


MEGABYTE = 1_000_000
BODIES = {
    "1 MB of [": b"[" * MEGABYTE,
    '1 MB of {"a":': b'{"a":' * (MEGABYTE // 5),
    "1 MB of [ in a field": b'{"name": ' + b"[" * (MEGABYTE - 20),
    "1 MB of digits": b'{"name": ' + b"9" * (MEGABYTE - 20) + b"}",
    "1 MB of exponent": b'{"limit": 1e' + b"9" * (MEGABYTE - 20) + b"}",
    "1 MB of escapes": b'{"name": "' + rb"\u0061" * (MEGABYTE // 6 - 10) + b'"}',
    "100,000 fields": b"{" + b",".join(b'"%d":1' % n for n in range(80_000)) + b"}",
    "1 MB of spaces": b" " * MEGABYTE,
    "invalid UTF-8": b'{"name": "\xc3\x28\xff"}',
    "overlong UTF-8": b'{"name": "\xc0\xaf"}',
    "UTF-16": '{"name": "hostile"}'.encode("utf-16"),
    "a lone surrogate": rb'{"name": "\ud800"}',
    "duplicate keys": b'{"name": "hostile", "name": "hostile"}',
    "escaped duplicate keys": rb'{"name": "hostile", "n\u0061me": "hostile"}',
    "1e999": b'{"limit": 1e999}',
    "name 1e999": b'{"name": 1e999}',
    "-1e-999": b'{"name": "hostile", "x": -1e-999}',
}


def test_hostile_bodies(shared):
    with others_are_served(shared), no_growth(shared):
        for name, body in BODIES.items():
            for _ in range(3):
                begun = time.monotonic()
                reply = shared.admin.call(
                    "POST", "/v1/teams", 400, data=body, headers={"Content-Type": "application/json"})
                assert reply["code"] == "invalid_body", name
                assert len(reply.body) < 100_000, f"{name}: the refusal has {len(reply.body)} bytes"
                assert time.monotonic() - begun < 20, f"{name} took {time.monotonic() - begun:.1f} s"


def test_numbers_are_exact(shared):
    for number in (b"1e0", b"1.5", b"1e999", b"-0", b"9223372036854775808", b"9" * 400):
        reply = shared.admin.call(
            "POST", "/dev/fake/faults", (204, 400), data=b'{"kind": "slow", "count": ' + number + b"}",
            headers={"Content-Type": "application/json"})
        if reply.status == 204:
            # It is the integer 1, as JSON Schema has it.
            assert number == b"1e0"
            shared.admin.delete("/dev/fake/faults", 204)
        else:
            assert [error["pointer"] for error in reply["errors"]] == ["/count"]


def test_many_connections_at_once(shared):
    """Connections that say nothing take nobody's place."""
    with no_growth(shared, 48):
        idle = [connect(shared) for _ in range(300)]
        try:
            with others_are_served(shared):
                for connection in idle[:100]:
                    connection.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                for connection in idle[:100]:
                    assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        finally:
            for connection in idle:
                connection.close()


def test_pipelined_requests_are_answered_in_order(shared):
    first = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nRequest-Id: n%d\r\n\r\n"
    last = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nRequest-Id: last\r\nConnection: close\r\n\r\n"
    with connect(shared) as connection:
        connection.sendall(b"".join(first % n for n in range(50)) + last)
        received = read_all(connection)
    assert statuses(received) == [200] * 51
    places = [received.lower().index(b"request-id: n%d\r\n" % n) for n in range(50)]
    assert places == sorted(places)


# Slowness


def trickle(connection, chunks, pause):
    """Sends piece by piece until the server has had enough: the seconds that took, and what it said."""
    begun = time.monotonic()
    connection.settimeout(pause)
    received = b""
    for chunk in chunks:
        try:
            connection.sendall(chunk)
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                continue
            received += piece
            if not piece:
                break
        except ConnectionError:
            break
    connection.settimeout(30)
    received += read_all(connection)
    return time.monotonic() - begun, received


def until_closed(connection):
    begun = time.monotonic()
    received = read_all(connection)
    return time.monotonic() - begun, received


def test_slow_clients(shared):
    """A byte a second, for a header (10 s), a body (30 s), and an idle connection (60 s), all at once."""
    whole = head(shared, b"POST", b"/v1/teams", b"Content-Length: 500")
    byte = [b" "] * 90

    def slow_header():
        with connect(shared) as connection:
            return trickle(connection, [whole[n:n + 1] for n in range(60)], 1)

    def slow_header_behind_a_request():
        with connect(shared) as connection:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            return trickle(connection, [whole[n:n + 1] for n in range(60)], 1)

    def slow_body():
        with connect(shared) as connection:
            connection.sendall(whole)
            return trickle(connection, byte, 1)

    def slow_chunks():
        with connect(shared) as connection:
            connection.sendall(head(shared, b"POST", b"/v1/teams", b"Transfer-Encoding: chunked"))
            return trickle(connection, [b"1\r\n \r\n"] * 90, 1)

    def silent_body():
        with connect(shared, 90) as connection:
            connection.sendall(whole)
            return until_closed(connection)

    def silent():
        with connect(shared, 90) as connection:
            return until_closed(connection)

    def idle():
        with connect(shared, 90) as connection:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            return until_closed(connection)

    limits = {slow_header: 10, slow_header_behind_a_request: 10, slow_body: 30, slow_chunks: 30, silent_body: 30,
              silent: 60, idle: 60}
    outcomes = {}

    def run(play):
        outcomes[play] = play()

    threads = [threading.Thread(target=run, args=(play,)) for play in limits for _ in range(5)]
    with others_are_served(shared), no_growth(shared):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for play, limit in limits.items():
        seconds, received = outcomes[play]
        assert seconds < limit + 20, f"{play.__name__}: closed only after {seconds:.0f} s"
        if play is not silent:
            assert seconds > limit * 0.8, f"{play.__name__}: closed after {seconds:.0f} s already"
        assert set(statuses(received)) <= {408}, f"{play.__name__}: {received[:200]}"

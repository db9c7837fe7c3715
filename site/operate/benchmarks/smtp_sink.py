"""A mail server of this machine that takes everything and keeps nothing."""

import multiprocessing
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

ANSWERS = {b"EHLO": b"250-sink\r\n250 SIZE 35882577\r\n", b"DATA": b"354 Go on\r\n"}


class _Visit(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        for line in self.rfile:
            command = line[:4].upper()
            self.wfile.write(ANSWERS.get(command, b"250 OK\r\n"))
            if command == b"DATA":
                for text in self.rfile:
                    if text == b".\r\n":
                        break
                self.wfile.write(b"250 Taken\r\n")
            if command == b"QUIT":
                return


def _serve(told: Connection) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Visit) as server:
        server.daemon_threads = True
        told.send(server.server_address[1])
        server.serve_forever()


@contextmanager
def serving() -> Iterator[int]:
    """Serve in a process of its own on a free port of 127.0.0.1, and give that."""
    context = multiprocessing.get_context("spawn")
    told, tells = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=[tells], daemon=True)
    process.start()
    try:
        yield told.recv()
    finally:
        process.kill()
        process.join()

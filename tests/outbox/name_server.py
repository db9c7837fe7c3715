"""A name server on this machine (RFC 1035) that knows what it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class Zone:
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By name and type, as in a zone file."""
    answers: bool = True
    port: int = 0

    def add(self, name: str, kind: str, *values: str) -> None:
        self.records[name, kind] = list(values)


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        zone: Zone = self.server.zone
        if not zone.answers:
            return
        asked = dns.message.from_wire(data)
        question = asked.question[0]
        name = question.name.to_text(omit_final_dot=True)
        kind = dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        if values := zone.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        elif not any(known == name for known, _kind in zone.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        sock.sendto(answer.to_wire(), self.client_address)


@contextmanager
def serving(zone: Zone) -> Iterator[Zone]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), _Handler) as server:
        server.zone = zone
        zone.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield zone
        finally:
            server.shutdown()
            thread.join()

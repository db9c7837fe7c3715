"""A mailbox on this machine: as much of IMAP (RFC 3501) as reading notices takes."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes

USER, PASSWORD = "bounces@ill.example.org", 'pass"word/1'
FETCH = re.compile(r"(\S+) \(BODY\.PEEK\[(.*?)\](?:<0\.(\d+)>)?\)", re.IGNORECASE)
STORE = re.compile(r"(\S+) \+FLAGS\.SILENT \((.*)\)", re.IGNORECASE)


@dataclass
class Kept:
    content: bytes
    flags: set[str] = field(default_factory=set)

    @property
    def is_seen(self) -> bool:
        return r"\Seen" in self.flags


@dataclass
class Mailbox:
    """Its messages by UID, and at which command it does not do as it should."""

    folder: str = "INBOX"
    kept: dict[int, Kept] = field(default_factory=dict)
    hangs_at: str = ""
    drops_at: str = ""
    commands: list[str] = field(default_factory=list)
    fetched: list[tuple[str, int]] = field(default_factory=list)
    """What was asked for and how many bytes went out."""
    port: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"imap://bounces%40ill.example.org:pass%22word%2F1@127.0.0.1:{self.port}/INBOX"

    def put(self, content: bytes) -> Kept:
        kept = Kept(content)
        self.kept[max(self.kept, default=10) + 3] = kept
        return kept


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("* OK here")
        with suppress(OSError):
            for line in self.rfile:
                tag, _blank, command = line.decode().strip().partition(" ")
                if not self._answer(tag, command):
                    return

    def _answer(self, tag: str, command: str) -> bool:
        mailbox: Mailbox = self.server.mailbox
        name, _blank, rest = command.partition(" ")
        name = name.upper()
        if name == "UID":
            name, _blank, rest = rest.partition(" ")
            name = name.upper()
        mailbox.commands.append(name)
        if name == mailbox.drops_at:
            return False
        if name == mailbox.hangs_at:
            mailbox.let_go.wait(30)
            return False
        done = getattr(self, f"_do_{name.lower()}")(rest)
        self._say(f"{tag} {done}")
        return name != "LOGOUT"

    def _do_capability(self, rest: str) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def _do_login(self, rest: str) -> str:
        password = PASSWORD.replace('"', '\\"')
        said = {f'{USER} "{password}"', f'"{USER}" "{password}"'}
        return "OK done" if rest in said else "NO [AUTHENTICATIONFAILED] Wrong name or password"

    def _do_select(self, rest: str) -> str:
        if rest.strip('"') != self.server.mailbox.folder:
            return "NO There is no such folder"
        self._say(f"* {len(self.server.mailbox.kept)} EXISTS")
        return "OK [READ-WRITE] done"

    def _do_search(self, rest: str) -> str:
        kept = self.server.mailbox.kept.items()
        found = [str(uid) for uid, one in kept if rest == "UNSEEN" and not one.is_seen]
        self._say(" ".join(["* SEARCH", *found]))
        return "OK done"

    def _do_fetch(self, rest: str) -> str:
        mailbox: Mailbox = self.server.mailbox
        uids, section, most = FETCH.fullmatch(rest).groups()
        for uid in map(int, uids.split(",")):
            content = mailbox.kept[uid].content
            if section.startswith("HEADER.FIELDS"):
                content = _lines_of_head(content, section)
            content = content[: int(most)] if most else content
            mailbox.fetched.append((section, len(content)))
            self._say(f"* {uid} FETCH (UID {uid} BODY[{section}] {{{len(content)}}}")
            self.wfile.write(content)
            self._say(")")
        return "OK done"

    def _do_store(self, rest: str) -> str:
        uid, flags = STORE.fullmatch(rest).groups()
        self.server.mailbox.kept[int(uid)].flags.update(flags.split())
        return "OK done"

    def _do_logout(self, rest: str) -> str:
        self._say("* BYE")
        return "OK done"

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def _lines_of_head(content: bytes, section: str) -> bytes:
    asked = section.partition("(")[2].strip(")").lower().split()
    head = message_from_bytes(content).items()
    lines = [f"{name}: {value}\r\n" for name, value in head if name.lower() in asked]
    return "".join([*lines, "\r\n"]).encode("utf-8", "replace")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[Mailbox]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.mailbox = mailbox
        mailbox.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            mailbox.let_go.set()
            server.shutdown()
            thread.join()

"""Who hosted a chat: "hosted by A, B and C and co-hosted with Delivery"."""

import re
from dataclasses import dataclass
from itertools import chain, pairwise

_MARK = re.compile(
    r"(?<!\w)(?P<co>co[-‐‑ ]?)?(?:hosted (?:by|(?P<with>with))(?!\w)|hosts?:)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"(?:(?:this|the|our|chat|call|session|was|is) )*", re.IGNORECASE)
_AND = re.compile(r" (?:and|&) ", re.IGNORECASE)
_LAST_AND = re.compile(r"(?:and|&) ", re.IGNORECASE)
_NOT_IN_A_NAME = re.compile(r"[:;!?()]| (?:who|with|from) ", re.IGNORECASE)


@dataclass(frozen=True)
class HostsStated:
    """Persons who hosted, and those who co-hosted, which are teams."""

    hosts: tuple[str, ...]
    teams: tuple[str, ...]

    @property
    def readable(self) -> bool:
        return all(map(_is_name, chain(self.hosts, self.teams)))


def hosts_stated(text: str) -> HostsStated | None:
    """Read a text that starts by saying who hosted; None for any other."""
    text = " ".join(text.split())
    marks = list(_MARK.finditer(text))
    if not marks or _SUBJECT.match(text).end() < marks[0].start():
        return None
    hosts: list[str] = []
    teams: list[str] = []
    for mark, following in pairwise([*marks, None]):
        named = _names(text[mark.end() : following.start() if following else len(text)])
        (teams if mark["co"] or mark["with"] else hosts).extend(named)
    return HostsStated(tuple(hosts), tuple(teams))


def _names(text: str) -> list[str]:
    text = text.strip(" ,;.!")
    for link in (" and", " &"):
        text = text.removesuffix(link).rstrip(" ,;")
    *names, last = text.split(",")
    if names and _LAST_AND.match(last.lstrip()):
        names.append(_LAST_AND.sub("", last.lstrip(), count=1))
    else:
        names += _AND.split(last)
    return [name for each in names if (name := _without_article(each.strip()))]


def _without_article(name: str) -> str:
    return name[4:] if name[:4].lower() == "the " else name


def _is_name(name: str) -> bool:
    cased = name.lower() != name or not any(char.islower() for char in name)
    return cased and len(name.split()) <= 8 and not _NOT_IN_A_NAME.search(name)

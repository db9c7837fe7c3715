"""Fail unless each pinned requirement has a hash, names no address, and agrees with the others."""

import re
import sys
from collections import defaultdict
from pathlib import Path

PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)")


def read_pins(path: Path, faults: list[str]) -> dict[str, set[str]]:
    """Return the versions of each package (one for each range of Pythons); tell what is wrong."""
    pins = defaultdict(set)
    for requirement in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        text = requirement.split("#")[0].strip()
        if not text:
            continue
        if "://" in text:
            faults.append(f"{path.name} names an address: {text[:60]}")
        elif (pin := PIN.match(text)) and "--hash=sha256:" in text:
            pins[pin[1]].add(pin[2])
        else:
            faults.append(f"{path.name} has this without a version or a hash: {text[:60]}")
    return pins


def main() -> None:
    faults: list[str] = []
    folder = Path(__file__).parents[1] / "requirements"
    base, dev = (read_pins(folder / name, faults) for name in ("base.txt", "dev.txt"))
    faults += [
        f"{name} differs in base.txt and dev.txt" for name in base if base[name] != dev[name]
    ]
    sys.exit("\n".join(faults) or None)


if __name__ == "__main__":
    main()

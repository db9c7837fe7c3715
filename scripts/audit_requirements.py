"""Ask the package index which pinned releases have known vulnerabilities; fail for each.

It asks the JSON interface whose address PYPI_JSON names, as the index itself has it. A release that
it gets no answer about is a failure too: a mirror may serve packages and know no advisories.
"""

import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from check_requirements import read_pins

INDEX = os.environ.get("PYPI_JSON", "").rstrip("/")
SECONDS = 20
AT_ONCE = 4
VULNERABLE, NOT_ASKED = 1, 2


def advisories(name: str, version: str) -> list[str]:
    """Return what is known against a release, each in a line. Raises OSError, ValueError."""
    address = f"{INDEX}/{name}/{version}/json"
    with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - named by who runs this
        told = json.load(answer)["vulnerabilities"]
    return [
        f"{name} {version}: {one['id']}, mended in {', '.join(one['fixed_in']) or 'no release'}"
        for one in told
        if not one.get("withdrawn")
    ]


def ask(pin: tuple[str, str]) -> tuple[list[str], str]:
    """Return what is known against a release, and why nothing is known of it; blank if it is."""
    try:
        return advisories(*pin), ""
    except HTTPError as error:
        return [], f"{pin[0]} {pin[1]}: {INDEX} answers {error.code}"
    except (URLError, OSError) as error:
        return [], f"{pin[0]} {pin[1]}: {INDEX} cannot be reached ({error})"
    except (ValueError, KeyError, TypeError):
        return [], f"{pin[0]} {pin[1]}: {INDEX} answers something else"


def pins(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.txt")):
        for name, versions in read_pins(path, []).items():
            yield from ((name, version) for version in versions)


def main() -> None:
    if not INDEX:
        sys.exit("PYPI_JSON must name the address of the index's JSON interface.")
    default = Path(__file__).parents[1] / "requirements"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    asked_for = sorted(set(pins(folder)))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(ask, asked_for))
    found = [line for lines, _not_known in answers for line in lines]
    unknown = [not_known for _lines, not_known in answers if not_known]
    told = list(found)
    if unknown:
        told.append(f"Not known of {len(unknown)} of {len(asked_for)} releases, as: {unknown[0]}")
    if not told:
        told.append(f"Nothing is known against {len(asked_for)} releases.")
    sys.stdout.write("\n".join([*told, ""]))
    sys.exit(VULNERABLE if found else NOT_ASKED if unknown else 0)


if __name__ == "__main__":
    main()

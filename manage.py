#!/usr/bin/env python
"""Run a management command of the site; settings default to production's.

`begin` and `restore` run before there is a site, and have settings of their own.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "site"))


BEFORE_THE_SITE = {"begin", "restore"}


def main() -> None:
    if BEFORE_THE_SITE.intersection(sys.argv[1:2]):
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.unmade"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

"""Fill a site for `make bench`, and tell in JSON what is asked of it."""

import json

from django.core.management import BaseCommand, call_command

from operate.benchmarks.reference.asked import find_forms, find_pages


class Command(BaseCommand):
    help = (
        "Load the demonstration into an empty site, `--load` so many more chats with half as many "
        "events, a tenth as many posts and twice as many comments, and make its index. Writes the "
        "addresses of what is measured."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--load", type=int, default=0, help="chats")

    def handle(self, *, load: int, **options) -> None:
        quiet = {"verbosity": 0, "stdout": self.stderr}
        call_command("migrate", interactive=False, **quiet)
        call_command("prepare", **quiet)
        # Before the load: of a big site the same pages are measured.
        asked = {"pages": find_pages(), "forms": find_forms()}
        if load:
            call_command(
                "generate_load",
                chats=load,
                posts=load // 10,
                events=load // 2,
                comments=load * 2,
                yes=True,
                **quiet,
            )
        call_command("rebuild_search", **quiet)
        self.stdout.write(json.dumps(asked))

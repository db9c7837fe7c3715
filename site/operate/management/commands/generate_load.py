"""`manage.py generate_load`: a big site to measure with."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from blog.models import BlogPage
from chats.models import ChatArchivePage, ChatPage
from events.models import CalendarPage
from operate.benchmarks.load.chats import make_chats
from operate.benchmarks.load.comments import make_comments
from operate.benchmarks.load.events import make_events
from operate.benchmarks.load.posts import make_posts
from search.entries import sweep


class Command(BaseCommand):
    help = (
        "Fill the site with made-up chats and posts, one for each day back from the oldest, events "
        "and comments, to measure with. They cannot be told from real ones later: use a database "
        "to throw away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chats", type=int, default=0, help="how many chats")
        parser.add_argument("--topics", type=int, default=20, help="topics in each (20)")
        parser.add_argument(
            "--hours", type=int, default=0, help="of transcripts, an hour for each chat in turn (0)"
        )
        parser.add_argument("--posts", type=int, default=0, help="how many posts")
        parser.add_argument("--events", type=int, default=0, help="how many events")
        parser.add_argument(
            "--comments", type=int, default=0, help="how many, fifty a post and then a chat"
        )
        parser.add_argument("--yes", action="store_true", help="even if the archive has chats")

    def handle(
        self,
        *args,
        chats: int,
        topics: int,
        hours: int,
        posts: int,
        events: int,
        comments: int,
        yes: bool,
        **options,
    ) -> None:
        wanted = (chats, posts, events, comments)
        if min(*wanted, topics, hours) < 0 or not any(wanted):
            raise CommandError("Say how many of something to make, and of nothing fewer than 0.")
        if not yes and ChatPage.objects.exists():
            raise CommandError("The archive has chats. To mix made-up ones with them, say --yes.")
        with transaction.atomic():
            if chats:
                make_chats(_only(ChatArchivePage, "chat archive"), chats, topics, hours)
            if posts:
                make_posts(_only(BlogPage, "blog"), posts)
            if events:
                make_events(_only(CalendarPage, "calendar"), events)
            if comments:
                make_comments(comments)
        self.stdout.write("Writing down what can be found ...")
        sweep()
        self.stdout.write(
            f"Made {chats} chats with {topics} topics each, {hours} hours of transcripts, {posts} "
            f"posts, {events} events and {comments} comments. The worker puts them into the "
            "search index, or rebuild_search at once. The admin finds them by their topics after "
            "update_index and rebuild_references_index."
        )


def _only(model: type, called: str):
    if found := model.objects.first():
        return found
    raise CommandError(f"There is no {called} to fill.")

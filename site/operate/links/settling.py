"""What an editor says of a link that is told to lead nowhere."""

import logging

from django.utils import timezone

from accounts.models import User
from operate.links import following, rounds
from operate.models import Fault, PageLink

logger = logging.getLogger(__name__)


def say_right(link: PageLink, by: User) -> int:
    """Tell nobody of a link any more, wherever the editor may edit the same one; return how many.

    That holds until its address changes: another address is another row.
    """
    links = PageLink.objects.editable_by(by).filter(key=link.key, ignored_at=None)
    count = links.update(ignored_at=timezone.now(), ignored_by=by)
    logger.info("User %d: link %d is all right", by.pk, link.pk)
    return count


def take_up_again(link: PageLink, by: User) -> int:
    """Follow a link again of which somebody had said that it is all right; return how many."""
    links = PageLink.objects.editable_by(by).ignored().filter(key=link.key)
    # Due at once: nobody has looked since.
    count = links.update(ignored_at=None, ignored_by=None)
    logger.info("User %d: link %d is followed again", by.pk, link.pk)
    return count


def check_now(link: PageLink) -> Fault | None:
    """Read its page and follow it at once; takes a second, ten where a server elsewhere is slow.

    Raises PageLink.DoesNotExist where it does not stand there any more.
    """
    rounds.read_page(link.page)
    link.refresh_from_db()
    with following.open_client() as client:
        return rounds.follow(link, client)

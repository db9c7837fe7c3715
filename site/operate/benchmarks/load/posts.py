"""Posts made up, with authors and tags."""

import datetime
import random

from django.db.models import Min
from django.utils import timezone
from django.utils.text import capfirst

from blog.models import BlogPage, PostAuthor, PostPage, PostTag
from operate.benchmarks.language import QUESTIONS, THINGS, some_words
from operate.benchmarks.load.planting import WORDS_SEED, days_back, plant, some_people, some_tags

PARAGRAPHS = 6
PARAGRAPH_WORDS = 30, 90
SUMMARY_WORDS = 20


def make_posts(blog: BlogPage, posts: int) -> None:
    """Make live posts, one for each day back from the oldest."""
    chance = random.Random(WORDS_SEED)  # noqa: S311 - words, not secrets
    people, tags = some_people(), some_tags()
    days = days_back(posts, PostPage.objects.aggregate(oldest=Min("date"))["oldest"])
    made = plant(blog, [_post(date, chance) for date in days])
    PostAuthor.objects.bulk_create(
        PostAuthor(page=post, person=chance.choice(people), sort_order=0) for post in made
    )
    PostTag.objects.bulk_create(
        PostTag(content_object=post, tag=tag)
        for post in made
        for tag in chance.sample(tags, chance.randint(2, 4))
    )


def _post(date: datetime.date, chance: random.Random) -> PostPage:
    one, other = chance.sample(THINGS, 2)
    title = capfirst(chance.choice(QUESTIONS).format(a=one, b=other))
    published_at = timezone.make_aware(datetime.datetime.combine(date, datetime.time(9)))
    return PostPage(
        title=title,
        draft_title=title,
        slug=f"post-{date}",
        date=date,
        summary=capfirst(some_words(SUMMARY_WORDS, chance))[:250],
        body=[("text", f"<p>{_paragraph(chance)}</p>") for _ in range(PARAGRAPHS)],
        first_published_at=published_at,
        last_published_at=published_at,
    )


def _paragraph(chance: random.Random) -> str:
    return capfirst(some_words(chance.randint(*PARAGRAPH_WORDS), chance)) + "."

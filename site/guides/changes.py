"""What changed in a guide, as its editors tell readers."""

from django.db.models import Model

from guides.models import GuideChange, GuidePage
from updates import news


def note_change(page: Model) -> None:
    """Note the first publication of a guide, and each that says what changed.

    Called for every page that was saved. A note is told once: published again, it is no news.
    """
    if not isinstance(page, GuidePage) or not page.live or page.live_revision_id is None:
        return
    last = page.changes.first()
    if last is None:
        note = ""
    elif page.change_note and page.change_note != last.note:
        note = page.change_note
    else:
        return
    change, is_new = GuideChange.objects.get_or_create(
        guide=page, revision_id=page.live_revision_id, defaults={"note": note}
    )
    if is_new:
        news.note(change)

"""How a guide is typed in."""

from wagtail.admin.forms import WagtailAdminPageForm


class GuidePageForm(WagtailAdminPageForm):
    """Begins without a note on changes, unless it is of a draft: a note is told once."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        guide = self.instance
        if guide.live and not guide.has_unpublished_changes and "change_note" in self.fields:
            self.initial["change_note"] = ""

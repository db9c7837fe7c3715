"""What a guide's editor is told of it above its fields."""

from wagtail.admin.panels import Panel


class ReviewPanel(Panel):
    """Says when the guide was last read through, and takes a word that it is right."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "admin/guides/review_panel.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk and self.instance.live)

        def get_context_data(self, parent_context=None):
            from guides.admin.reviews import standing

            return {**super().get_context_data(parent_context), **standing(self.instance)}

"""Documents that editors upload: of a few kinds, each what its name says."""

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm

from core.file_kinds import KNOWN, extension_of, is_what_it_says


class CheckedDocumentForm(BaseDocumentForm):
    def clean_file(self) -> File:
        file = self.cleaned_data["file"]
        if file and "file" in self.changed_data:
            extension = extension_of(file.name)
            if extension not in KNOWN:
                kinds = ", ".join(sorted(KNOWN - {"jpeg"}))
                said = _("A document may be one of these: %(kinds)s.") % {"kinds": kinds}
                raise ValidationError(said)
            if not is_what_it_says(extension, file):
                raise ValidationError(
                    _(
                        "It is something else inside than its name says, or has macros. "
                        "Save it anew, as %(kind)s."
                    )
                    % {"kind": extension.upper()}
                )
        return file

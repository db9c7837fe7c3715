"""Recordings uploaded through the media library: looked at before they are kept."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtailmedia.forms import BaseMediaForm

from core.file_kinds import extension_of, is_what_it_says
from core.recordings import ENOUGH, NoRecording, kind_of

PICTURES = {"jpeg", "jpg", "png", "webp"}


class RecordingForm(BaseMediaForm):
    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and "file" in self.changed_data:
            head = file.read(ENOUGH)
            file.seek(0)
            try:
                kind_of(file.name, head)
            except NoRecording as error:
                raise ValidationError(str(error)) from error
        return file

    def clean_thumbnail(self):
        picture = self.cleaned_data["thumbnail"]
        if picture and "thumbnail" in self.changed_data:
            extension = extension_of(picture.name)
            if extension not in PICTURES or not is_what_it_says(extension, picture):
                raise ValidationError(_("A thumbnail is a picture: JPG, PNG or WebP."))
        return picture

"""Recordings uploaded through the media library: looked at before they are kept."""

from django.core.exceptions import ValidationError
from wagtailmedia.forms import BaseMediaForm

from core.recordings import ENOUGH, NoRecording, kind_of


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

"""What a host notes while a call goes on. It becomes topics once the call has ended."""

from django.db import models

from chats.models.pages import ChatPage


class Call(models.Model):
    """A chat while it happens."""

    chat = models.OneToOneField(ChatPage, on_delete=models.CASCADE, related_name="call")
    began_at = models.DateTimeField(null=True)
    """When the recording began, as the host noted it."""

    def __str__(self) -> str:
        return str(self.chat)


class CallNote(models.Model):
    """A moment of a call, or a question prepared for it that has no moment yet.

    Hosts' browsers write these, and each may have been without a connection: the key is drawn
    there, and of two versions the one changed later holds.
    """

    uid = models.UUIDField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="notes")
    title = models.CharField(max_length=500, blank=True)
    stamped_at = models.DateTimeField(null=True)
    place = models.BigIntegerField(default=0)
    """Its order among notes without a moment."""
    is_removed = models.BooleanField(default=False)
    changed_at = models.BigIntegerField()
    """Milliseconds since 1970, by the clock of the server as far as the browser knows it."""

    def __str__(self) -> str:
        return self.title

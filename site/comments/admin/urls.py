from django.urls import path

from comments.admin import deeds, mail, one, questions, queue

app_name = "moderation"
urlpatterns = [
    path("", queue.QueueView.as_view(), name="queue"),
    path("results/", queue.QueueView.as_view(results_only=True), name="results"),
    path("decide/", deeds.decide, name="bulk"),
    path("undo/", deeds.undo, name="undo"),
    path("mail/", mail.mail, name="mail"),
    path("questions/<int:page>/", questions.questions, name="questions"),
    path("<int:pk>/", one.comment, name="comment"),
    path("<int:pk>/answer/", deeds.answer, name="answer"),
    path("<int:pk>/strike/", deeds.strike, name="strike"),
    path("<int:pk>/settle/", deeds.settle, name="settle"),
    path("<int:pk>/next/", deeds.put_to_next, name="next_meeting"),
]

from django.urls import path

from blog.submissions.admin import deeds, inbox, one

app_name = "submissions"
urlpatterns = [
    path("", inbox.InboxView.as_view(), name="inbox"),
    path("results/", inbox.InboxView.as_view(results_only=True), name="results"),
    path("files/<int:pk>/", one.file, name="file"),
    path("undo/<int:pk>/", deeds.undo, name="undo"),
    path("<int:pk>/", one.submission, name="one"),
    path("<int:pk>/draft/", deeds.draft, name="draft"),
    path("<int:pk>/place/", deeds.place, name="place"),
    path("<int:pk>/move/", deeds.move, name="move"),
]

from django.urls import path

from guides.admin import feedback, reviews

app_name = "guide_desk"
urlpatterns = [
    path("feedback/", feedback.FeedbackView.as_view(), name="feedback"),
    path(
        "feedback/results/",
        feedback.FeedbackView.as_view(results_only=True),
        name="feedback_results",
    ),
    path("feedback/settle/", feedback.settle, name="settle"),
    path("<int:pk>/review/", reviews.review, name="review"),
    path("<int:pk>/review/undo/", reviews.undo, name="undo_review"),
]

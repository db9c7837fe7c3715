from django.urls import path

from updates.admin.reports import DeliveredView

app_name = "update_desk"
urlpatterns = [
    path("delivered/", DeliveredView.as_view(), name="delivered"),
    path("delivered/results/", DeliveredView.as_view(results_only=True), name="delivered_results"),
]

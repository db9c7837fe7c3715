from django.urls import path

from updates.admin import subscriber_deeds as deeds
from updates.admin import subscribers as screens

app_name = "subscribers"
urlpatterns = [
    path("", screens.SubscribersView.as_view(), name="index"),
    path("results/", screens.SubscribersView.as_view(results_only=True), name="results"),
    path("add/", deeds.AddView.as_view(), name="add"),
    path("csv/", screens.CsvView.as_view(), name="csv"),
    path("<int:pk>/", screens.SubscriberView.as_view(), name="one"),
    path("<int:pk>/stop/", deeds.StopAll.as_view(), name="stop_all"),
    path("<int:pk>/stop/<int:subscription>/", deeds.Stop.as_view(), name="stop"),
    path("<int:pk>/link/", deeds.SendLink.as_view(), name="link"),
]

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def bare(request: HttpRequest) -> HttpResponse:
    """What Django itself takes for an answer."""
    return HttpResponse("Here.")


urlpatterns = [path("bare/", bare, name="bare"), path("", include("config.urls"))]

from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt
from wagtail.views import serve

urlpatterns = [
    # Its first page is stored and holds no token: core.public_forms says what guards it.
    re_path(r"^((?:[\w\-]+/)+feedback/)$", csrf_exempt(serve)),
]

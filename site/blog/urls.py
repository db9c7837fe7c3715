from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt
from wagtail.views import serve

urlpatterns = [
    # A reader without cookies keeps what was written: blog.submissions.sending says what guards it.
    re_path(r"^((?:[\w\-]+/)*send/)$", csrf_exempt(serve)),
]

from django.urls import path

from search import feeds, tags, views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search.json", views.search_json, name="search_json"),
    path("search/feed.xml", feeds.search_feed, name="search_feed"),
    path("search/suggestions.json", views.suggestions_json, name="search_suggestions_json"),
    path("search/suggestions/", views.suggestions, name="search_suggestions"),
    path("tags/", tags.tag_index, name="tags"),
    path("tags/<str:slug>/", tags.tag, name="tag"),
    path("tags/<str:slug>/feed.xml", feeds.tag_feed, name="tag_feed"),
]

"""Paths → pages. The socket and /static/ are routed before Django, in application.py."""

from django.urls import path
from django.views.i18n import set_language

from playground import compare_views, gpu_views, languages, model_views, views

urlpatterns = [
    path("", views.chat, name="chat"),
    path("compare/", compare_views.compare, name="compare"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("gpu.json", gpu_views.gpu, name="gpu"),
    path("compare/load.json", gpu_views.load, name="load"),
    path("models/", model_views.models, name="models"),
    path("models/<path:model_id>/listing.txt", model_views.listing, name="listing"),
    path("models/<path:model_id>/clock.json", model_views.clock, name="clock"),
    path("models/<path:model_id>/", model_views.model, name="model"),
    path("language/", set_language, name="language"),
    path("language/<str:language>.<str:digest>.js", languages.catalog, name="catalog"),
    path("healthz", views.healthz, name="healthz"),
]

handler400 = views.bad_request
handler404 = views.not_found
handler500 = views.server_error

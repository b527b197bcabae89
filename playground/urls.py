"""Paths → pages. The socket and /static/ are routed before Django, in application.py."""

from django.urls import path

from playground import views

urlpatterns = [
    path("", views.chat, name="chat"),
    path("healthz", views.healthz, name="healthz"),
]

handler400 = views.bad_request
handler404 = views.not_found
handler500 = views.server_error

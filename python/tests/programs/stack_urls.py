# SPDX-License-Identifier: Apache-2.0
"""The URLs of the Django application in stack_applications.py."""

from django.http import HttpResponse
from django.urls import path


def hello(request, name):
    return HttpResponse("hello")


def fail(request):
    raise RuntimeError("kaput")


urlpatterns = [path("hello/<str:name>", hello), path("raise", fail)]

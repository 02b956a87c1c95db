# SPDX-License-Identifier: Apache-2.0
"""What web frameworks know about a request and its server does not: the route that matched, which
names the span, and the exception that the framework answers by itself.

One module for each framework, armed when that is imported. The span itself is made further out
(clew/hosts.py, clew/applications.py, clew.wsgi(), clew.asgi()) and found in the request's environ
or scope (clew/frameworks/requests.py); without one nothing is done.
"""

# SPDX-License-Identifier: Apache-2.0
"""What a service of OpenStack looks like: an application behind a filter that asks the identity
service about each request's token, as keystonemiddleware does. For paste.deploy.
"""

import requests


def auth(_, identity):
    """A filter that answers 401 where the identity service does not say 200."""
    session = requests.Session()

    def wrap(application):
        def filtered(environ, start_response):
            token = {"X-Subject-Token": environ.get("HTTP_X_AUTH_TOKEN", "")}
            answer = session.get(f"{identity}/v3/auth/tokens", headers=token, timeout=20)
            if answer.status_code != 200:
                start_response("401 Unauthorized", [("Content-Length", "0")])
                return [b""]
            return application(environ, start_response)

        return filtered

    return wrap


def app(_):
    def application(environ, start_response):
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    return application

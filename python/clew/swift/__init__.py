# SPDX-License-Identifier: Apache-2.0
"""What makes the spans of OpenStack Swift speak of Swift: names of few values ("put object"), tags
by which an operator searches, and calls that wait for "100 Continue" ended when they are answered.

Armed when the modules of Swift are imported; the spans themselves come from the hooks of
eventlet.wsgi and http.client, or from the WSGI filter. Written to Swift 2.30.
"""

# SPDX-License-Identifier: Apache-2.0
"""Tracing of eventlet services: patcher turns it on and off, api adds to the current span."""

# SPDX-License-Identifier: Apache-2.0
"""The manage.py of the Django application in stack_applications.py."""

import sys

import stack_applications
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    stack_applications.configure_django()
    execute_from_command_line(sys.argv)

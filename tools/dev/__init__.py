# SPDX-License-Identifier: Apache-2.0
"""What ./dev does, one module a subject; __main__ reads the command line."""

# SPDX-License-Identifier: Apache-2.0
"""The rules of the house, as code: one module per family of rules, all pure functions of a Tree.

Each rule is a generator that takes a Tree and yields Findings; tools/tidy.py runs them all. The
rules themselves are explained in docs/style.md, and each has a failing and a passing tree in
tools/tidy_test.py.
"""

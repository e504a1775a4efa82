"""Parallel jobs: an entry script's `run()` over the mini-batches of an input, by warm processes on one or more nodes.

Runs inside users' environments: Python 3.7 or newer, the standard library alone unless the input is a table.
"""

"""Serves a scoring script over HTTP with the contract of Azure's inference server.

`python -m lazuli.scoring` runs in the user's own environment, so it uses the standard library alone and works from
Python 3.8 on. The user's `init()` and `run()` execute in the main thread, as they do in Azure; HTTP is answered by an
event loop in a thread of its own, so that health stays live while the model computes.
"""

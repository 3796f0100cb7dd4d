"""Listening tests with people: made, run on a local page, collected and analysed.

One rule: what a listener, or whoever runs the test, can see tells no system from another before the
answers are in.
"""

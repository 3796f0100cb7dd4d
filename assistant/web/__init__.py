"""The browser page: rooms with one open song each, behind one guard; see app.py for how it fits.

One rule: what the page can do the session knows; nothing is kept in the page alone.
"""

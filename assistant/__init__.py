"""The conversation: the listener, its tools, the turn and the session."""

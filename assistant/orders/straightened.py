"""A message as it is read: put right, its negations turned, its lists and places in plainer words.

One rule: the message is changed only where one of these knows its wording.
"""

from assistant.orders.asides import without_taken_back
from assistant.orders.loose import put_in_order
from assistant.orders.narrowed import narrowed
from assistant.orders.placed import placed
from assistant.orders.put_right import put_right

Roles = tuple[str | None, ...]


def straightened(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """A text without what it takes back, and its turns of phrase in plainer words."""
    text = without_taken_back(put_right(text, names, roles))
    return put_in_order(narrowed(placed(text, names, roles), names, roles), names, roles)

"""Plain orders, read word by word: "kick up 2 and the snare a touch left, please".

One rule: an order is taken at its word only where every word of it is understood; all else is left
to the language model.
"""

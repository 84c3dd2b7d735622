"""The demo store: 84.51°'s "The Complete Journey" turned into a catalogue with members and orders.

``files`` reads the package, ``selection`` chooses what is sold, ``tree``, ``sizes``, ``brands``,
``names`` and ``tags`` make it readable, ``prices`` and ``history`` shift 2017 to now, and ``store``
writes it all in one transaction.
"""

"""Real choices as ranking queries: a purchase history replayed point in time.

``history`` holds the purchases, ``assortment`` what a store showed in a week, ``questions`` which
purchases become queries, ``replay`` computes the product's own features for them, ``protocol`` fits
and compares.
"""

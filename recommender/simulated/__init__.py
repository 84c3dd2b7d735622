"""Shoppers with known utilities, sent through the store's own code."""
